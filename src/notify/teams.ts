/**
 * A message as an Adaptive Card, in the form that a Teams workflow ("when a webhook request is received") posts into a
 * channel. Every text of ours is a TextRun, which knows no Markdown: nothing in it becomes a link or a mention.
 */
import { sparkline } from '../core/figures.ts'
import type { Message, Section, Tone } from '../core/message.ts'
import { ends, valuesOf } from './text.ts'

/** Microsoft says 28 KB for a message; cards beyond about 21 KB were refused. */
const MESSAGE_BYTES = 20_000

const COLOR = { good: 'good', warning: 'warning', bad: 'attention', plain: 'default' } as const

type Element = Readonly<Record<string, unknown>>

/** The body of a POST to the workflow's address. */
export function teamsBody(message: Message): object {
  const sections = message.sections.map(sectionElement)
  for (let kept = sections.length; kept > 0; kept -= 1) {
    const body = envelope(message, sections.slice(0, kept), kept < sections.length)
    if (Buffer.byteLength(JSON.stringify(body)) <= MESSAGE_BYTES) return body
  }
  return envelope(message, [], sections.length > 0)
}

function envelope(message: Message, sections: readonly Element[], isCut: boolean): object {
  const { verdict, tone, what, means, next, when, link } = message
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          fallbackText: message.subject,
          msteams: { width: 'Full' },
          body: [
            text([run(verdict, { weight: 'Bolder', color: COLOR[tone] })]),
            text([run(what, { weight: 'Bolder', size: 'Medium' })], 'Small'),
            ...(means === '' ? [] : [text([run(means)], 'Small')]),
            ...(next.length === 0
              ? []
              : [text([run(`Next: ${next.join('  |  ')}`, { fontType: 'Monospace' })], 'Small')]),
            ...sections,
            ...(isCut ? [text([run('The rest is left out; mothball statistics shows it.', { isSubtle: true })])] : []),
            text([run(when, { isSubtle: true, size: 'Small' })]),
          ],
          ...(link === null ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Open Mothball', url: link }] }),
        },
      },
    ],
  }
}

function sectionElement(section: Section): Element {
  const title = text([run(section.title, { isSubtle: true, weight: 'Bolder', size: 'Small' })])
  return { type: 'Container', spacing: 'Medium', separator: true, items: [title, ...sectionItems(section)] }
}

function sectionItems(section: Section): readonly Element[] {
  switch (section.kind) {
    case 'facts':
      return section.facts.map(({ name, value, tone }) => row(name, value, tone))
    case 'list':
      return section.items.map((item) => text([run(`! ${item}`)], 'None'))
    case 'bars':
      return [
        text([run(sparkline(valuesOf(section)), { fontType: 'Monospace' })], 'None'),
        text([run(`${ends(section)}; ${section.note}`, { isSubtle: true, size: 'Small' })], 'None'),
      ]
  }
}

const row = (name: string, value: string, tone: Tone): Element => ({
  type: 'ColumnSet',
  spacing: 'None',
  columns: [
    { type: 'Column', width: 'stretch', items: [text([run(name)], 'None')] },
    {
      type: 'Column',
      width: 'auto',
      items: [
        { ...text([run(value, { weight: 'Bolder', color: COLOR[tone] })], 'None'), horizontalAlignment: 'Right' },
      ],
    },
  ],
})

const run = (content: string, style: Element = {}): Element => ({ type: 'TextRun', text: content, ...style })

const text = (inlines: readonly Element[], spacing = 'Default'): Element => ({
  type: 'RichTextBlock',
  spacing,
  inlines,
})
