/** docs/reference/command-line.md: every command, argument and option, from the program itself. */
import type { Command } from 'commander'
import { createProgram } from '../../src/cli/program.ts'
import { COMMAND_WORDS } from './command-words.ts'
import { head, page, paragraph, table } from './markdown.ts'

/** A command by its words after `mothball`. */
export type CommandEntry = Readonly<{ words: string; command: Command }>

/** The program with commands that do nothing. */
export const readProgram = (): Command => createProgram({ act: () => () => Promise.resolve() })

/** Every command and subcommand, in the order of the program. */
export const commandsOf = (command: Command, above = ''): readonly CommandEntry[] =>
  command.commands.flatMap((each) => {
    const words = `${above} ${each.name()}`.trim()
    return [{ words, command: each }, ...commandsOf(each, words)]
  })

/** Throws RangeError where commands and words do not fit together. */
export function commandLinePage(): string {
  const program = readProgram()
  const commands = commandsOf(program)
  const unknown = Object.keys(COMMAND_WORDS).filter((words) => !commands.some((each) => each.words === words))
  if (unknown.length > 0) throw new RangeError(`words for commands that are not there: ${unknown.join(', ')}`)
  return page(
    head('Command line', INTRODUCTION),
    '## Options of every command',
    optionTable(program),
    RULES,
    ...commands.flatMap(section),
  )
}

const INTRODUCTION = [
  '`npx mothball COMMAND` in the clone. `mothball COMMAND --help` says the same as this page, shorter.',
]

const RULES = [
  '- Results go to stdout; progress, questions and errors to stderr. A pipe that closes ends nothing.',
  '- `--json`: JSON lines on stdout, the last one is the result: [json-output.md](json-output.md).',
  '- Without a terminal nothing is asked and nothing moves on the line; the flag that is missing is named (exit 2).',
  '- Numbers are plain digits: `1e3`, `0`, a sign or an empty value is refused.',
  '- A time is `2026-11-24`, `2026-11-24 02:00` or `2026-11-24T02:00:00+02:00`.',
  '- A key of several columns is a JSON array of texts: `\'["NIC","17"]\'`.',
  '- Exit codes: [exit-codes.md](exit-codes.md). `MOTHBALL_DEBUG=1` adds the trace of an unexpected error.',
].join('\n')

function section({ words, command }: CommandEntry): readonly string[] {
  const own = COMMAND_WORDS[words]
  if (own === undefined) throw new RangeError(`no words for the command ${words}`)
  const usage = ['mothball', words, ...command.registeredArguments.map(argumentText)]
  const rows = [...command.registeredArguments.map((each) => [`\`${argumentText(each)}\``, each.description])]
  return [
    `## mothball ${words}`,
    paragraph(`\`${usage.join(' ')}${command.options.length > 0 ? ' [options]' : ''}\`: ${command.description()}.`),
    ...(rows.length > 0 ? [table(['Argument', 'Meaning'], rows)] : []),
    ...(command.options.length > 0 ? [optionTable(command)] : []),
    paragraph(own.notes),
    `\`\`\`sh\n${own.examples.join('\n')}\n\`\`\``,
  ]
}

function argumentText(argument: Command['registeredArguments'][number]): string {
  const text = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${text}>` : `[${text}]`
}

const optionTable = (command: Command): string =>
  table(
    ['Option', 'Meaning'],
    command.options.map(({ flags, description, mandatory }) => [
      `\`${flags}\``,
      `${description}${mandatory ? ' (needed)' : ''}`,
    ]),
  )
