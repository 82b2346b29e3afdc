// `npm run build`: the dashboard, from dashboard/ to dist/dashboard. With `--if-stale`: only where what it is made of has
// changed since. Takes a few seconds; two at once do not meet, since each builds beside and renames at the end.
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TARGET = join(ROOT, 'dist', 'dashboard')
const STAMP = join(TARGET, 'made-of.txt')
const SOURCES = ['dashboard/**/*', 'src/core/{role,run,sign-off,slot}.ts', 'scripts/build.ts', 'package-lock.json']

/** One hash over everything that a build reads. */
function madeOf(): string {
  const hash = createHash('sha256')
  const files = globSync(SOURCES, { cwd: ROOT, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).sort())
    hash.update(path.slice(ROOT.length)).update('\0').update(readFileSync(path))
  return hash.digest('hex')
}

async function buildInto(outDir: string): Promise<void> {
  await build({
    configFile: false,
    root: join(ROOT, 'dashboard'),
    base: '/dashboard/',
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic', development: false } },
    // Files import each other by their own place, so that the dashboard works under any path.
    experimental: { renderBuiltUrl: (_file, { hostType }) => (hostType === 'js' ? { relative: true } : undefined) },
    build: {
      outDir,
      emptyOutDir: true,
      cssCodeSplit: false,
      modulePreload: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      target: 'es2023',
    },
  })
}

async function main(): Promise<void> {
  const now = madeOf()
  const isFresh = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === now
  if (isFresh && process.argv.includes('--if-stale')) return
  const startedAt = performance.now()
  const beside = `${TARGET}-${process.pid}`
  mkdirSync(dirname(TARGET), { recursive: true })
  try {
    await buildInto(beside)
    writeFileSync(join(beside, 'made-of.txt'), now)
    rmSync(TARGET, { recursive: true, force: true })
    renameSync(beside, TARGET)
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
  process.stderr.write(`dashboard: built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`)
}

await main()
