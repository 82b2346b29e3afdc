#!/usr/bin/env node
// The door of the command line. Runs under Node 20 or newer, whatever the product itself needs:
// in a clone it first installs missing or stale dependencies (messages on stderr: stdout belongs to results),
// then starts the program under Node 24, in this process or in a child that takes over argv, stdio, exit code and signals.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import nodeModule, { createRequire } from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

const NEEDED_MAJOR = 24

const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url))

/** In an installed package only dist/ can run: Node refuses to strip types under node_modules. */
const isClone = () => existsSync(pathOf('../src')) && !/[\\/]node_modules[\\/]/.test(pathOf('.'))

/**
 * Ctrl-C on a terminal reaches every process of the foreground group, so the child has it already; to pass it on
 * would be to press it twice. Without a terminal, or in the background, only this process gets the signal.
 */
function terminalSignalsChildToo() {
  try {
    const [, , group, , , foregroundGroup] = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
    return group === foregroundGroup
  } catch {
    return process.stdin.isTTY === true
  }
}

function rerunUnder(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  const fromTerminal = (signal) => {
    if (!terminalSignalsChildToo()) child.kill(signal)
  }
  process.on('SIGINT', fromTerminal)
  process.on('SIGHUP', fromTerminal)
  process.on('SIGTERM', (signal) => child.kill(signal))
  child.on('error', (error) => {
    console.error(`mothball: cannot start ${node}: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    // End as the child did, so that a shell sees the same cause; where the signal cannot end us, by its number.
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 1000)
  })
}

async function start() {
  const clone = isClone()
  if (clone) {
    const { ensureInstalled } = await import('../scripts/ensure-installed.mjs')
    if (!(await ensureInstalled({ development: false }))) process.exit(1)
  }
  if (Number.parseInt(process.versions.node, 10) < NEEDED_MAJOR) {
    rerunUnder(createRequire(import.meta.url).resolve('node/bin/node'))
  } else {
    // Rows never come here, so a small young generation is enough; V8 would let it grow past the memory we promise.
    setFlagsFromString('--semi-space-growth-factor=1')
    // Types are stripped and code is compiled once; kept where nobody but the owner of the clone writes.
    if (clone) nodeModule.enableCompileCache?.(pathOf('../node_modules/.cache/compiled'))
    await import(clone ? '../src/cli/main.ts' : '../dist/cli/main.js')
  }
}

await start()
