/** Settings: what doctor sees, who is told and whether it arrived, the schedule, the keys. */
import { Link } from 'wouter'
import type { Diagnosis, Notices } from '../api/contract.ts'
import { useDiagnosis, useNotices, useSlots } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Card } from '../parts/card.tsx'
import { MARKS, Tag } from '../parts/note.tsx'
import { Empty, Shown } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import type { Tone } from '../words.ts'
import { KeysCard } from './keys.tsx'

export function SettingsPage() {
  const mayKeys = useMay('keys')
  return (
    <>
      <h1>Settings</h1>
      <div className="grid triple">
        <Doctor />
        <Schedule />
        <Told />
      </div>
      {mayKeys ? (
        <KeysCard />
      ) : (
        <Card title="Keys">
          <Empty>Keys are seen, made and revoked by an admin.</Empty>
        </Card>
      )}
    </>
  )
}

const TONES: Readonly<Record<Diagnosis['state'], Tone>> = { ok: 'good', warning: 'warning', refused: 'bad' }

function Doctor() {
  const { policy } = usePlace()
  const diagnosis = useDiagnosis(policy)
  return (
    <Card title="Doctor">
      <Shown of={diagnosis} what="the database">
        {({ examinations }) => (
          <ul className="checks">
            {examinations.map(({ name, state, detail, findings }) => (
              <li key={`${name} ${detail}`}>
                <Tag tone={TONES[state]} mark={MARKS[TONES[state]]}>
                  {state}
                </Tag>
                <strong>{name}</strong> <span className="faint">{detail}</span>
                {findings.map(({ code, object, message, hint }) => (
                  <p key={`${code} ${object}`}>
                    {message}. <span className="faint">{hint}</span>
                  </p>
                ))}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

function Schedule() {
  const { policy, times } = usePlace()
  const path = usePath()
  const slots = useSlots(policy)
  return (
    <Card title="Schedule">
      <Shown of={slots} what="the schedule">
        {({ next }) => (
          <p>
            {next === null ? 'This policy has no schedule: it runs when it is told to.' : `Next: ${times.at(next)}.`}{' '}
            <Link href={path('/policy')}>The stage</Link> says what the schedule does,{' '}
            <Link href={path('/runs')}>Runs</Link> what became of each planned time.
          </p>
        )}
      </Shown>
    </Card>
  )
}

type Delivery = Notices['notices'][number]['deliveries'][number]
const DELIVERY: Readonly<Record<Delivery['state'], Tone>> = { sent: 'good', waiting: 'plain', given_up: 'bad' }

function Told() {
  const { policy, times } = usePlace()
  const notices = useNotices(policy)
  return (
    <Card title="Who was told">
      <Shown of={notices} what="the notices">
        {({ notices: shown }) =>
          shown.length === 0 ? (
            <Empty>
              Nobody was told anything yet. Channels stand in the configuration under{' '}
              <span className="mono">notify</span>; <span className="mono">mothball notify test</span> tries them.
            </Empty>
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
    </Card>
  )
}
