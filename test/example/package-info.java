/** A decoder plugin as others write it: see Decoder plugins in the README. */
package example;
