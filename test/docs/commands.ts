/** Commands that the documentation tells people to type, held against the program. */
import type { Command } from 'commander'
import { blocksOf, inlineCodeOf, type Page } from './pages.ts'

/** Every `mothball ...` of a page, in shell blocks and in the prose, without comments and what follows a pipe. */
export function commandsIn(page: Pick<Page, 'text'>): readonly string[] {
  const shell = blocksOf(page)
    .filter(({ language }) => ['sh', '', 'text'].includes(language))
    .flatMap(({ text }) => text.split('\n'))
  return [...shell, ...inlineCodeOf(page)].flatMap((line) => {
    const match = /^\s*(?:\$ )?(?:exec )?(?:npx |node bin\/)?mothball(?:\.js)?((?: .*)?)$/.exec(line)
    if (match === null) return []
    const [words = ''] = (match[1] ?? '').split(/\s#\s|\s\||\s>{1,2}|\s&&/)
    return [words.trim()]
  })
}

/** What is wrong with a command's words, or null. `COMMAND`, `KEY` and `...` stand for something. */
export function commandProblem(program: Command, line: string): string | null {
  const words = wordsOf(line)
  let command = program
  while (words[0] !== undefined && !words[0].startsWith('-')) {
    const next = command.commands.find((each) => each.name() === words[0])
    if (next === undefined) break
    command = next
    words.shift()
  }
  const isProgram = command === program
  const [first] = words
  if (isProgram && first !== undefined && /^[a-z]/.test(first)) return `no command ${first}`
  if (command.name() === 'demo') return null
  const options = [...command.options, ...command.commands.flatMap(({ options }) => options), ...program.options]
  const unknown = words
    .filter((word) => word.startsWith('--'))
    .map((word) => word.split('=')[0] ?? '')
    .filter((flag) => flag !== '--help' && !options.some(({ long }) => long === flag))
  return unknown.length === 0 ? null : `mothball ${command.name()} has no ${unknown.join(', ')}`
}

/** Words as a shell cuts them; a text in quotes is one. */
const wordsOf = (line: string): string[] => [...line.matchAll(/"[^"]*"|'[^']*'|\S+/g)].map(([word]) => word)
