/** The trial message: what `mothball notify test` and the test button send, past the journal and without retries. */
import { MothballError } from '../core/errors/index.ts'
import { facts, type Message, nonEmpty } from '../core/message.ts'
import { messageOf } from './alert-message.ts'
import { type Channel, DeliveryProblem } from './channel.ts'
import type { Voice } from './voice.ts'

/** `problem` null: the other side took it. */
export type TestedChannel = Readonly<{ channel: string; kind: Channel['kind']; problem: string | null }>

/** Throws `channel_unknown` for a name that no channel has. */
export async function testChannels(
  { channels, voice }: Readonly<{ channels: readonly Channel[]; voice: Voice }>,
  name?: string,
): Promise<readonly TestedChannel[]> {
  const chosen = name === undefined ? channels : channels.filter((each) => each.name === name)
  if (name !== undefined && chosen.length === 0)
    throw new MothballError('channel_unknown', { channel: name, known: channels.map((each) => each.name).join(', ') })
  const at = new Date().toISOString()
  return Promise.all(chosen.map((channel) => testOne(channel, testMessage(voice, at, channel), `mothball-test-${at}`)))
}

async function testOne(channel: Channel, message: Message, id: string): Promise<TestedChannel> {
  const told = { channel: channel.name, kind: channel.kind }
  try {
    await channel.send(message, id.replaceAll(/[^\w-]/g, ''))
    return { ...told, problem: null }
  } catch (error) {
    return { ...told, problem: error instanceof DeliveryProblem ? error.code : 'unexpected' }
  }
}

function testMessage(voice: Voice, at: string, { name, kind }: Channel): Message {
  const message = messageOf(voice, {
    policy: 'mothball',
    verdict: 'TEST',
    tone: 'good',
    what: `this is what the channel ${name} gets`,
    means: 'Nothing happened: somebody asked for a trial message.',
    next: ['mothball notify list'],
    at: voice.instant(at),
  })
  const sections = nonEmpty([
    facts('The channel', [
      ['name', name],
      ['kind', kind],
      ['times are told in', voice.zone],
    ]),
  ])
  return { ...message, sections }
}
