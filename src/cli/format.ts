/** Lists and lines as a terminal shows them. Pure: the width is given, colour takes no room. */
import { stripVTControlCharacters } from 'node:util'
import { count } from '../core/figures.ts'

export { count, counted, duration, instant, percent } from '../core/figures.ts'

/** Columns that a text takes, its colours left out. */
export const visibleWidth = (text: string): number => stripVTControlCharacters(text).length

/** Items with ` · ` between them, broken before an item that would pass `width`; later lines are indented. */
export function wrap(
  lead: string,
  items: readonly string[],
  width: number,
  separator = ' · ',
  indent = ' '.repeat(Math.min(4, lead.length - lead.trimStart().length + 2)),
): readonly string[] {
  const lines: string[] = []
  // A line that goes on ends in the separator, so that nobody takes the next one for something new.
  const trail = separator.trimEnd()
  let line = lead
  let isFresh = true
  for (const [index, item] of items.entries()) {
    const room = index === items.length - 1 ? width : width - trail.length
    const joined = isFresh ? `${line}${item}` : `${line}${separator}${item}`
    if (!isFresh && visibleWidth(joined) > room) {
      lines.push(`${line}${trail}`)
      line = `${indent}${item}`
    } else line = joined
    isFresh = false
  }
  return [...lines, line]
}

/** Words broken before one that would pass `width`; a word that is longer stays whole, so that it can be copied. */
export const fold = (text: string, width: number, indent = ''): readonly string[] =>
  text.split('\n').flatMap((line) => wrap(indent, line.split(' '), width, ' '))

/** A text after its lead; later lines hang below the text, or where that would leave it no room, four columns in. */
export function hang(lead: string, text: string, width: number): readonly string[] {
  return wrap(lead, text.split(' '), width, ' ', below(lead, width))
}

/** Texts after one lead, each on a line of its own; what goes on with one stands two columns further in. */
export function hangEach(lead: string, texts: readonly string[], width: number): readonly string[] {
  const indent = below(lead, width)
  return texts.flatMap((text, index) => wrap(index === 0 ? lead : indent, text.split(' '), width, ' ', `${indent}  `))
}

const below = (lead: string, width: number): string =>
  ' '.repeat(width - visibleWidth(lead) < MIN_ROOM ? 4 : visibleWidth(lead))

const MIN_ROOM = 30

/** `nic_cc_call_log 41,207`, the largest first; those without any are left out. */
export const namedCounts = (counts: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(counts)
    .filter(([, value]) => value > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, value]) => `${name} ${count(value)}`)

export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, value) => sum + value, 0)
