/** The files of this clone that belong to the project: tracked by git, or new and not ignored. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const NOT_OURS = /^(\.git|node_modules|dist|coverage)(\/|$)/

function listedByGit(): readonly string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\0')
}

/** For a copy without its history, or one that git refuses to read. */
const listedByFolder = (): readonly string[] =>
  readdirSync(ROOT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((path) => !NOT_OURS.test(path))

function allPaths(): readonly string[] {
  try {
    return listedByGit()
  } catch {
    return listedByFolder()
  }
}

/** Paths from the root, with forward slashes. */
export const projectPaths = (): readonly string[] =>
  allPaths().filter((path) => path !== '' && existsSync(join(ROOT, path)))

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
