/**
 * Benchmarks, demo and long runs: {@code main} classes that start the built jar as a user would and print what they measure as ratios to a
 * baseline of the same run.
 */
package bench;
