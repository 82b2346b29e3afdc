/** Settings: what doctor sees, the schedule, who is told and whether it arrives, the keys and what their roles may. */
import { Link } from 'wouter'
import type { Diagnosis } from '../api/contract.ts'
import { useDiagnosis, usePolicies, useSlots, useStage } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Card, Facts } from '../parts/card.tsx'
import { MARKS, Marked, Tag } from '../parts/note.tsx'
import { Empty, Shown } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import type { Tone } from '../words.ts'
import { ChannelsCard } from './channels.tsx'
import { KeysCard, RolesCard } from './keys.tsx'

export function SettingsPage() {
  const mayKeys = useMay('keys')
  return (
    <>
      <h1>Settings</h1>
      <div className="grid triple">
        <Doctor />
        <Schedule />
        <ChannelsCard />
      </div>
      {mayKeys ? (
        <KeysCard />
      ) : (
        <Card title="Keys">
          <Empty>Keys are seen, made and revoked by an admin.</Empty>
        </Card>
      )}
      <RolesCard />
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
              <Marked
                key={`${name} ${detail}`}
                tag={
                  <Tag tone={TONES[state]} mark={MARKS[TONES[state]]}>
                    {state}
                  </Tag>
                }
              >
                <strong>{name}</strong> <span className="faint">{detail}</span>
                {findings.map(({ code, object, message, hint }) => (
                  <p key={`${code} ${object}`}>
                    {message}. <span className="faint">{hint}</span>
                  </p>
                ))}
              </Marked>
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
  const stage = useStage(policy)
  const planned = usePolicies().data?.policies.find((each) => each.policy.name === policy)?.policy['schedule']
  return (
    <Card title="Schedule">
      <Shown of={slots} what="the schedule">
        {({ next, slots: past }) => (
          <div className="stack">
            {next === null ? (
              <p>This policy has no schedule: it runs when it is told to.</p>
            ) : (
              <Facts
                of={[
                  ['Next', times.at(next)],
                  ['Rule', ruleOf(planned)],
                  ['Stage', stage.data === undefined ? '…' : stage.data.value.stage],
                  ['Missed', `${past.filter(({ state }) => state === 'missed').length} of the last ${past.length}`],
                ]}
              />
            )}
            <p>
              <Link href={path('/policy')}>The stage</Link> says what the schedule does,{' '}
              <Link href={path('/runs')}>Runs</Link> what became of each planned time. The rule stands in the
              configuration.
            </p>
          </div>
        )}
      </Shown>
    </Card>
  )
}

/** The policy is shown as the server has it; nothing here knows its fields by type. */
const ruleOf = (planned: unknown): string =>
  planned !== null && typeof planned === 'object' && 'cron' in planned && 'zone' in planned
    ? `${planned.cron} (${planned.zone})`
    : '–'
