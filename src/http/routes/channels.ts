/** Channels, and trial messages: each is in the audit log before it leaves. */
import { MothballError } from '../../core/errors/index.ts'
import { authorOf } from '../auth.ts'
import { listChannelsRoute, testChannelRoute } from '../contract/channels.ts'
import type { App, Service } from '../environment.ts'

export function registerChannels(app: App, { archiver, notifier }: Service): void {
  app.openapi(listChannelsRoute, (c) => c.json({ channels: notifier?.channels ?? [] }, 200))
  app.openapi(testChannelRoute, async (c) => {
    if (notifier === null || notifier.channels.length === 0) throw new MothballError('notify_missing')
    const { name } = c.req.valid('param')
    requireChannel(notifier.channels, name)
    await archiver.noteTrial({ channel: name, ...authorOf(c.var.principal) })
    const [tested] = await notifier.test(name)
    if (tested === undefined) throw new MothballError('not_found', { what: 'channel', keys: name })
    return c.json(tested, 200)
  })
}

/** What is asked for and cannot be done is no entry. */
function requireChannel(channels: readonly Readonly<{ name: string }>[], channel: string): void {
  const known = channels.map(({ name }) => name)
  if (!known.includes(channel)) throw new MothballError('channel_unknown', { channel, known: known.join(', ') })
}
