/**
 * A message as Slack's Block Kit. Texts are escaped as Slack asks (& < >) and marked verbatim, so that nothing in them
 * becomes a mention or a link; within the published limits, and below what the server takes in fact.
 */
import { sparkline } from '../core/figures.ts'
import { inert, type Message, type Section } from '../core/message.ts'
import { ends, valuesOf } from './text.ts'

/** https://docs.slack.dev/reference/block-kit/blocks: of a header, of a section's text, and of blocks in a message. */
const [HEADER, SECTION, BLOCKS] = [150, 3_000, 50]
/** All texts together; the server refuses more than about 13,200 (slackapi/bolt-js, issue 2509). */
const MESSAGE = 12_000

const MARK = { good: ':white_check_mark:', warning: ':warning:', bad: ':x:', plain: ':information_source:' } as const

type Block = Readonly<Record<string, unknown>>

/** The body of a POST to an incoming webhook. */
export function slackBody(message: Message): object {
  const { tone, subject, what, means, next, when, link } = message
  const sections = message.sections.map((section) => mrkdwn(`*${escaped(section.title)}*\n${sectionText(section)}`))
  const ending = [mrkdwnContext([when, ...(link === null ? [] : [link])].map(escaped).join('\n'))]
  const beginning: Block[] = [
    { type: 'header', text: { type: 'plain_text', text: inert(subject, HEADER), emoji: false } },
    mrkdwn([`${MARK[tone]} ${escaped(what)}`, ...(means === '' ? [] : [escaped(means)])].join('\n')),
    ...(next.length === 0 ? [] : [mrkdwn(`Next:\n\`\`\`${next.map(escaped).join('\n')}\`\`\``)]),
  ]
  return {
    // For notifications and screen readers; blocks are what is shown.
    text: escaped(subject),
    unfurl_links: false,
    unfurl_media: false,
    blocks: fitting([...beginning, ...sections], ending),
  }
}

/** Leaves out what comes last, and says so, where a message would be too large. */
function fitting(blocks: readonly Block[], ending: readonly Block[]): readonly Block[] {
  const kept: Block[] = []
  let size = JSON.stringify(ending).length
  for (const block of blocks) {
    size += JSON.stringify(block).length
    if (kept.length + ending.length + 1 >= BLOCKS || size > MESSAGE - 200)
      return [...kept, mrkdwnContext('The rest is left out; mothball statistics shows it.'), ...ending]
    kept.push(block)
  }
  return [...kept, ...ending]
}

function sectionText(section: Section): string {
  switch (section.kind) {
    case 'facts': {
      const width = Math.max(...section.facts.map(({ name }) => name.length))
      return `\`\`\`${section.facts.map(({ name, value }) => `${escaped(name.padEnd(width))}  ${escaped(value)}`).join('\n')}\`\`\``
    }
    case 'list':
      return section.items.map((item) => `• ${escaped(item)}`).join('\n')
    case 'bars':
      return `\`\`\`${sparkline(valuesOf(section))}\n${escaped(ends(section))}\n${escaped(section.note)}\`\`\``
  }
}

const mrkdwn = (text: string): Block => ({ type: 'section', text: { type: 'mrkdwn', text: cut(text), verbatim: true } })
const mrkdwnContext = (text: string): Block => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text: cut(text), verbatim: true }],
})

/** Cut at a line's end, so that no entity and no command is torn; an open code block is closed. */
function cut(text: string): string {
  if (text.length <= SECTION) return text
  const head = text.slice(0, SECTION - 20)
  const whole = head.slice(0, Math.max(head.lastIndexOf('\n'), 0))
  return `${whole}\n...${(whole.split('```').length - 1) % 2 === 1 ? '```' : ''}`
}

/** Three backticks would begin or end a block of code. */
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '`': "'" }

const escaped = (text: string): string => text.replaceAll(/[&<>`]/g, (found) => ENTITIES[found] ?? found)
