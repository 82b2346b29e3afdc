/**
 * What people are told, as data: a line for the subject, what happened, what it means, what to do next, and figures.
 * Every channel makes its own form of it. No customer's data has a way in; names (of policies, tables, rules, people who
 * act) are made inert here, and each channel escapes them once more in its own way.
 */
import { z } from 'zod'

const tone = z.enum(['good', 'warning', 'bad', 'plain'])
export type Tone = z.output<typeof tone>

const fact = z.object({ name: z.string(), value: z.string(), tone: tone.default('plain') })

const section = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('facts'), title: z.string(), facts: z.array(fact) }),
  /** One bar for each value, oldest first; labels of the ends are shown. */
  z.object({
    kind: z.literal('bars'),
    title: z.string(),
    note: z.string(),
    bars: z.array(z.object({ label: z.string(), value: z.number(), tone: tone.default('plain') })),
  }),
  z.object({ kind: z.literal('list'), title: z.string(), items: z.array(z.string()) }),
])

export const messageSchema = z.object({
  /** The verdict in a word: `FAILED`, `OK`. */
  verdict: z.string(),
  tone,
  /** One line, the verdict first and the counts in it. */
  subject: z.string(),
  policy: z.string(),
  /** When, in the zone that is named. */
  when: z.string(),
  what: z.string(),
  /** What it means for the rows; empty where there is nothing to say. */
  means: z.string(),
  /** Commands. */
  next: z.array(z.string()),
  sections: z.array(section),
  link: z.string().nullable(),
  attachment: z.object({ name: z.string(), csv: z.string() }).nullable(),
})

export type Message = Readonly<z.output<typeof messageSchema>>
export type Section = Message['sections'][number]

/** Longer names say no more. */
const MAX_NAME = 200

/**
 * A text on one line, without what changes how others are read: control characters, line and paragraph ends, marks of
 * direction. Cut off with `...` beyond `most` characters.
 */
export function inert(text: string, most = MAX_NAME): string {
  const line = text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  const characters = [...line]
  return characters.length <= most ? line : `${characters.slice(0, most - 3).join('')}...`
}

export const facts = (title: string, entries: readonly (readonly [string, string, Tone?])[]): Section => ({
  kind: 'facts',
  title,
  facts: entries.map(([name, value, its = 'plain']) => ({ name: inert(name), value: inert(value), tone: its })),
})

/** Without rows there is no section. */
export const nonEmpty = (sections: readonly Section[]): Section[] =>
  sections.filter((each) =>
    each.kind === 'facts' ? each.facts.length > 0 : each.kind === 'list' ? each.items.length > 0 : each.bars.length > 0,
  )
