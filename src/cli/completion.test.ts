import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { completionScript, SHELLS } from './completion.ts'
import { createProgram } from './program.ts'

const program = createProgram({ act: () => async () => undefined })

/** What bash offers after these words, the last of which is being typed. */
function offered(...words: readonly string[]): readonly string[] {
  const line = words.map((word) => `'${word}'`).join(' ')
  const script = `${completionScript(program, 'bash')}
    COMP_WORDS=(mothball ${line}); COMP_CWORD=${words.length}; _mothball; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  assert.equal(stderr, '')
  return stdout.split('\n').filter((word) => word !== '')
}

test('bash offers commands, their subcommands and their options', () => {
  assert.deepEqual(offered('rest'), ['restore'])
  assert.deepEqual(offered('hold', 'r'), ['release'])
  assert.deepEqual(offered('--json', 'run', '--c'), ['--confirm', '--config'])
  assert.deepEqual(offered('failures', 'retry', '--a'), ['--all'])
  assert.deepEqual(offered('plan', '--confirm'), [])
})

test('every shell’s script names every command', () => {
  for (const shell of SHELLS) {
    const script = completionScript(program, shell)
    for (const { name } of program.commands.map((each) => ({ name: each.name() })))
      assert.ok(script.includes(name), `${shell} ${name}`)
  }
})
