// Makes sure that the installed packages are those of package-lock.json, and runs `npm ci` when they are not.
// Needs nothing but Node 20. Writes to stderr only, one line when there is something to do, npm's own words when it fails.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const RUNTIME = join('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** The `packages` table of a lock file, or null where there is none. */
function lockedPackages(file) {
  if (!existsSync(file)) return null
  return JSON.parse(readFileSync(file, 'utf8')).packages
}

/**
 * Why the folder needs `npm ci`, or null when it does not. An optional package may be missing (it is another
 * platform's), and so may a development package where only the program itself has to run.
 */
export function whyStale(root, { development }) {
  const locked = lockedPackages(join(root, 'package-lock.json'))
  if (locked === null) return null
  const installed = lockedPackages(join(root, 'node_modules', '.package-lock.json'))
  if (installed === null) return 'no packages are installed'
  if (!existsSync(join(root, RUNTIME))) return 'the Node 24 package is not installed'
  for (const [path, { version, optional, dev }] of Object.entries(locked)) {
    if (path === '') continue
    const have = installed[path]
    const mayMiss = optional === true || (dev === true && !development)
    if (have === undefined ? !mayMiss : have.version !== version) {
      return `${path.replace(/^node_modules\//, '')} is ${have?.version ?? 'missing'}, not ${version}`
    }
  }
  return null
}

/** npm must not run on the very Node that it is about to replace. */
function environmentForNpm() {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(join(ROOT, 'node_modules')))
  return { ...process.env, PATH: path.join(delimiter) }
}

/** Runs `npm ci`; resolves to its exit code and everything it said. */
function npmCi() {
  return new Promise((resolve) => {
    const words = []
    const npm = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false'], {
      cwd: ROOT,
      env: environmentForNpm(),
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    npm.stdout.on('data', (chunk) => words.push(chunk))
    npm.stderr.on('data', (chunk) => words.push(chunk))
    npm.on('error', (error) => resolve({ code: 1, said: error.message }))
    npm.on('close', (code) => resolve({ code: code ?? 1, said: Buffer.concat(words).toString().trim() }))
  })
}

const say = (text) => process.stderr.write(`mothball: ${text}\n`)

/** True when everything that is needed is installed; false, with the reason told, when it could not be. */
export async function ensureInstalled({ development }) {
  const reason = whyStale(ROOT, { development })
  if (reason === null) return true
  const locked = Object.entries(lockedPackages(join(ROOT, 'package-lock.json')))
  const count = locked.filter(([path, { optional }]) => path !== '' && optional !== true).length
  say(`installing ${count} packages, about 25 s (${reason})`)
  const { code, said } = await npmCi()
  const stillStale = code === 0 ? whyStale(ROOT, { development }) : null
  if (code === 0 && stillStale === null) return true
  if (said !== '') process.stderr.write(`${said}\n`)
  if (code === 0) say(`npm ci ended well, but ${stillStale}. Allow install scripts: npm ci --ignore-scripts=false`)
  else say(`npm ci failed with exit code ${code}. Its words are above; run npm ci in ${ROOT} to try again.`)
  return false
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (!(await ensureInstalled({ development: true }))) process.exitCode = 1
}
