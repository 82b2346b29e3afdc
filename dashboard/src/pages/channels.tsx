/** Who is told: each channel with a trial message, and what was told lately with how it went. */
import { Button } from '@mantine/core'
import { useTestChannel } from '../api/changes.ts'
import type { Channels, Notices } from '../api/contract.ts'
import { useChannels, useNotices } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Card } from '../parts/card.tsx'
import { Tag } from '../parts/note.tsx'
import { Empty, ProblemView, Shown } from '../parts/states.tsx'
import { usePlace } from '../shell/place.tsx'
import type { Tone } from '../words.ts'

export function ChannelsCard() {
  const channels = useChannels()
  return (
    <Card title="Who is told">
      <div className="stack">
        <Shown of={channels} what="the channels">
          {({ channels: named }) =>
            named.length === 0 ? (
              <Empty>
                The configuration names no channel. Mail, Slack and Teams stand in it under{' '}
                <span className="mono">notify</span>.
              </Empty>
            ) : (
              <ul className="checks">
                {named.map((each) => (
                  <OneChannel key={each.name} of={each} />
                ))}
              </ul>
            )
          }
        </Shown>
        <Told />
      </div>
    </Card>
  )
}

function OneChannel({ of: { name, kind } }: Readonly<{ of: Channels['channels'][number] }>) {
  const mayTest = useMay('notify')
  const test = useTestChannel()
  return (
    <li>
      <strong>{name}</strong> <span className="faint">{kind}</span>
      {mayTest && (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Send a trial message to ${name}`}
          loading={test.isPending}
          onClick={() => test.mutate(name)}
        >
          Test
        </Button>
      )}
      {test.data !== undefined && (
        <Tag tone={test.data.problem === null ? 'good' : 'bad'}>
          <span role="status">
            {test.data.problem === null ? 'a trial message went out' : `not reached: ${test.data.problem}`}
          </span>
        </Tag>
      )}
      {test.error !== null && <ProblemView error={test.error} />}
    </li>
  )
}

type Delivery = Notices['notices'][number]['deliveries'][number]
const DELIVERY: Readonly<Record<Delivery['state'], Tone>> = { sent: 'good', waiting: 'plain', given_up: 'bad' }

function Told() {
  const { policy, times } = usePlace()
  const notices = useNotices(policy)
  return (
    <Shown of={notices} what="the notices">
      {({ notices: shown }) =>
        shown.length === 0 ? (
          <Empty>Nobody was told anything yet.</Empty>
        ) : (
          <ul className="checks">
            {shown.map(({ id, subject, toldAt, deliveries }) => (
              <li key={id}>
                <span className="faint">{times.short(toldAt)}</span> {subject}
                {deliveries.map(({ channel, state, problem }) => (
                  <Tag key={channel} tone={DELIVERY[state]}>
                    {channel}: {state.replace('_', ' ')}
                    {problem !== null && ` (${problem})`}
                  </Tag>
                ))}
              </li>
            ))}
          </ul>
        )
      }
    </Shown>
  )
}
