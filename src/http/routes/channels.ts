/** Channels, and trial messages. */
import { MothballError } from '../../core/errors/index.ts'
import { listChannelsRoute, testChannelRoute } from '../contract/channels.ts'
import type { App, Service } from '../environment.ts'

export function registerChannels(app: App, { notifier }: Service): void {
  app.openapi(listChannelsRoute, (c) => c.json({ channels: notifier?.channels ?? [] }, 200))
  app.openapi(testChannelRoute, async (c) => {
    if (notifier === null || notifier.channels.length === 0) throw new MothballError('notify_missing')
    const { name } = c.req.valid('param')
    const [tested] = await notifier.test(name)
    if (tested === undefined) throw new MothballError('not_found', { what: 'channel', keys: name })
    return c.json(tested, 200)
  })
}
