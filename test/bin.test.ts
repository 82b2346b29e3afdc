// The door of the command line: under every Node, with every exit code and signal. The program is a stub.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { type ToyClone, toyClone } from './support/toy-clone.ts'

/** Its line comes last: who has read it knows that the program is up. */
const PROGRAM = `
const [verb, code]: string[] = process.argv.slice(2)
if (verb === 'exit') process.exitCode = Number(code)
if (verb === 'wait' || verb === 'endure') setInterval(() => {}, 60_000)
if (verb === 'endure')
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => { console.log(signal); setTimeout(() => process.exit(9), 200) })
console.log(JSON.stringify({ major: Number.parseInt(process.versions.node), argv: process.argv.slice(2) }))
`

/** A Node of the machine that is too old for the program but not for its door; null when there is none. */
function olderNode(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  const isOlder = (node: string) => {
    const major = Number.parseInt(spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout, 10)
    return major >= 20 && major < 24
  }
  return folders.map((folder) => join(folder, 'node')).find(isOlder) ?? null
}

const OLDER = olderNode()
const underOlder = { skip: OLDER === null && 'this machine has no Node 20 to 23' }
const older = () => OLDER ?? process.execPath

function clone(t: TestContext): ToyClone {
  const made = toyClone(t, {}, {})
  made.write('src/cli/main.ts', PROGRAM)
  return made
}

const door = ({ folder }: ToyClone) => join(folder, 'bin/mothball.js')

function run(node: string, made: ToyClone, ...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(node, [door(made), ...argv], { encoding: 'utf8', env: made.env })
  return { status, stdout, stderr }
}

/** Starts the program in a process group of its own, away from our terminal, and waits until it is up. */
async function start(node: string, made: ToyClone, verb: string): Promise<{ child: ChildProcess; lines: string[] }> {
  const child = spawn(node, [door(made), verb], { env: made.env, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  assert.ok(child.stdout)
  const reader = createInterface(child.stdout)
  const lines: string[] = []
  reader.on('line', (line) => lines.push(line))
  await once(reader, 'line')
  return { child, lines }
}

test('the program runs under Node 24 with its arguments as they were, and alone writes to stdout', (t) => {
  const { status, stdout, stderr } = run(process.execPath, clone(t), 'plan', '--a b', '')
  assert.deepEqual(JSON.parse(stdout), { major: 24, argv: ['plan', '--a b', ''] })
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
})

test('under an older Node the program still runs under Node 24', underOlder, (t) => {
  const { status, stdout, stderr } = run(older(), clone(t), 'plan', '--a b', '')
  assert.deepEqual(JSON.parse(stdout), { major: 24, argv: ['plan', '--a b', ''] })
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
})

test('the exit code comes through', underOlder, (t) => {
  const made = clone(t)
  for (const code of [0, 1, 11, 130]) assert.equal(run(older(), made, 'exit', String(code)).status, code)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} reaches the program once, which ends in its own way`, underOlder, async (t) => {
    const { child, lines } = await start(older(), clone(t), 'endure')
    child.kill(signal)
    const [code] = await once(child, 'close')
    assert.equal(code, 9)
    assert.deepEqual(lines.slice(1), [signal])
  })

  test(`a program that ${signal} ends leaves that signal as the cause`, underOlder, async (t) => {
    const { child } = await start(older(), clone(t), 'wait')
    child.kill(signal)
    assert.deepEqual(await once(child, 'close'), [null, signal])
  })
}

test('a clone without packages installs first; when that fails, the program does not start', (t) => {
  const made = toyClone(t, { 'node_modules/a': { version: '1.0.0' } }, null)
  made.write('src/cli/main.ts', PROGRAM)
  const { status, stdout, stderr } = run(process.execPath, made, 'plan')
  assert.equal(status, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /installing 1 packages/)
})

test('a missing development package does not keep the program from running', (t) => {
  const made = toyClone(t, { 'node_modules/tool': { version: '1.0.0', dev: true } }, {})
  made.write('src/cli/main.ts', PROGRAM)
  assert.equal(run(process.execPath, made, 'plan').status, 0)
  assert.equal(made.npmCalls(), '')
})

test('without src the built program runs', (t) => {
  const made = toyClone(t, {}, {})
  made.write('dist/cli/main.js', `console.log('built')`)
  assert.deepEqual(run(process.execPath, made), { status: 0, stdout: 'built\n', stderr: '' })
})
