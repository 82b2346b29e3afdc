// Slack and Teams: every kind of message within the published limits, whatever the names in it hold.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { everyMessage, POISON } from '../../test/support/told.ts'
import type { Message } from '../core/message.ts'
import { slackBody } from './slack.ts'
import { teamsBody } from './teams.ts'

const NAMES = ['nic-call-center', ...POISON]
const messages = (): readonly Message[] => NAMES.flatMap((name) => Object.values(everyMessage(name)))

/** The limits of https://docs.slack.dev/reference/block-kit/blocks, as a schema that takes nothing else. */
const mrkdwn = z.strictObject({
  type: z.literal('mrkdwn'),
  text: z.string().min(1).max(3_000),
  verbatim: z.literal(true),
})
const slackSchema = z.strictObject({
  text: z.string().min(1).max(40_000),
  unfurl_links: z.literal(false),
  unfurl_media: z.literal(false),
  blocks: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('header'),
          text: z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(150), emoji: z.boolean() }),
        }),
        z.strictObject({ type: z.literal('section'), text: mrkdwn }),
        z.strictObject({ type: z.literal('context'), elements: z.array(mrkdwn).min(1).max(10) }),
      ]),
    )
    .min(1)
    .max(50),
})

test('Slack takes every message: blocks, texts and the whole within its limits', () => {
  for (const message of messages()) {
    const body = slackSchema.parse(slackBody(message))
    assert.ok(JSON.stringify(body.blocks).length < 13_200, 'what the server takes in fact')
  }
})

test('in Slack nothing becomes a mention or a link, and no code block is left open', () => {
  for (const message of messages()) {
    const body = slackSchema.parse(slackBody(message))
    for (const block of body.blocks) {
      if (block.type === 'header') continue
      for (const { text } of block.type === 'section' ? [block.text] : block.elements) {
        assert.doesNotMatch(text, /<|>/)
        assert.equal(text.split('```').length % 2, 1, text)
        assert.doesNotMatch(text.replaceAll(/&(amp|lt|gt);/g, ''), /&/)
      }
    }
    assert.doesNotMatch(body.text, /[<>]/)
  }
})

test('a message that is too long says what it leaves out', () => {
  const [message] = messages()
  assert.ok(message)
  const list = { kind: 'list', title: 'many', items: Array.from({ length: 20 }, () => 'y'.repeat(190)) } as const
  const long = { ...message, sections: Array.from({ length: 60 }, () => list) }
  assert.match(JSON.stringify(slackSchema.parse(slackBody(long))), /The rest is left out/)
  const card = JSON.stringify(teamsBody(long))
  assert.match(card, /The rest is left out/)
  assert.ok(Buffer.byteLength(card) <= 21_000)
})

const textRun = z.strictObject({
  type: z.literal('TextRun'),
  text: z.string(),
  weight: z.enum(['Bolder']).optional(),
  size: z.enum(['Small', 'Medium']).optional(),
  color: z.enum(['good', 'warning', 'attention', 'default']).optional(),
  fontType: z.literal('Monospace').optional(),
  isSubtle: z.boolean().optional(),
})
const richText = z.strictObject({
  type: z.literal('RichTextBlock'),
  spacing: z.enum(['Default', 'None', 'Small']),
  horizontalAlignment: z.literal('Right').optional(),
  inlines: z.array(textRun).min(1),
})
const columnSet = z.strictObject({
  type: z.literal('ColumnSet'),
  spacing: z.literal('None'),
  columns: z
    .array(z.strictObject({ type: z.literal('Column'), width: z.enum(['stretch', 'auto']), items: z.array(richText) }))
    .length(2),
})
const container = z.strictObject({
  type: z.literal('Container'),
  spacing: z.literal('Medium'),
  separator: z.literal(true),
  items: z.array(z.discriminatedUnion('type', [richText, columnSet])).min(1),
})
/** Adaptive Cards 1.4, of which Teams knows all that is used here; no element of ours reads Markdown. */
const teamsSchema = z.strictObject({
  type: z.literal('message'),
  attachments: z
    .array(
      z.strictObject({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        contentUrl: z.null(),
        content: z.strictObject({
          $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
          type: z.literal('AdaptiveCard'),
          version: z.literal('1.4'),
          fallbackText: z.string(),
          msteams: z.strictObject({ width: z.literal('Full') }),
          body: z.array(z.discriminatedUnion('type', [richText, container])).min(2),
          actions: z
            .array(z.strictObject({ type: z.literal('Action.OpenUrl'), title: z.string(), url: z.url() }))
            .max(6)
            .optional(),
        }),
      }),
    )
    .length(1),
})

test('Teams takes every message: an Adaptive Card of known elements, below 28 KB and below what was seen to be refused', () => {
  for (const message of messages()) {
    teamsSchema.parse(teamsBody(message))
    assert.ok(Buffer.byteLength(JSON.stringify(teamsBody(message))) <= 21_000)
  }
})

test('in Teams the only link is the one of the configuration', () => {
  for (const message of messages()) {
    const { content } = teamsSchema.parse(teamsBody(message)).attachments[0] ?? assert.fail()
    assert.deepEqual(
      content.actions?.map(({ url }) => url),
      ['https://mothball.example.com'],
    )
  }
})
