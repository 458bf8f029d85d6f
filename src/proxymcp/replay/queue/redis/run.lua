-- The last part: does what was asked for.
return operation[ARGV[1]]()
