// The tests that stand beside the source they test, all in one process: a process for each file takes nine times as long,
// nearly all of it to start. Those with snapshots have one each, since a snapshot is found by its process's file.
import { existsSync, globSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

for (const file of globSync('src/**/*.test.ts', { cwd: ROOT }).toSorted())
  if (!existsSync(`${ROOT}${file}.snapshot`)) await import(pathToFileURL(`${ROOT}${file}`).href)
