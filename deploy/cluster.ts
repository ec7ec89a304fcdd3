process.stderr.write(
  'Tidegate has no cluster yet: a job runs in one process. Use `bun run tidegate run FILE`.\n',
)
process.exit(2)
