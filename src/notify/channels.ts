/** The channels of a configuration. */
import type { ChannelConfig, NotifyConfig } from '../core/notify-schema.ts'
import type { Channel } from './channel.ts'
import { emailChannel } from './email.ts'
import { slackBody } from './slack.ts'
import type { Resolve } from './target.ts'
import { teamsBody } from './teams.ts'
import { postJson } from './webhook.ts'

export const channelsOf = (config: NotifyConfig, resolve?: Resolve): readonly Channel[] =>
  config.channels.map((each) => channelOf(each, config, resolve))

function channelOf(channel: ChannelConfig, { allow, timeoutMs }: NotifyConfig, resolve?: Resolve): Channel {
  if (channel.kind === 'email') return emailChannel(channel, timeoutMs)
  const body = channel.kind === 'slack' ? slackBody : teamsBody
  const options = { allow, timeoutMs, ...(resolve === undefined ? {} : { resolve }) }
  return {
    name: channel.name,
    kind: channel.kind,
    send: (message, _id, signal) => postJson(channel.url, body(message), options, signal),
  }
}
