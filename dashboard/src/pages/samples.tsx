/** A few customers behind a figure of the plan; which figure stands in the address. */
import { Link, useSearchParams } from 'wouter'
import { useSample } from '../api/reads.ts'
import { Card } from '../parts/card.tsx'
import { Rows } from '../parts/rows.tsx'
import { Empty, Shown } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { count, ruleWords } from '../words.ts'
import { Contacts } from './customers.tsx'

/** No rule has a name with a space. */
const MOVING = 'would move'

/** `rule` null: who would move. */
export function SampleLink({ rule }: Readonly<{ rule: string | null }>) {
  const [, setSearch] = useSearchParams()
  const name = rule === null ? 'who would move' : `whom ${ruleWords(rule)} keeps`
  return (
    <button
      type="button"
      className="link"
      aria-label={`A few: ${name}`}
      onClick={() =>
        setSearch((old) => {
          old.set('sample', rule ?? MOVING)
          return old
        })
      }
    >
      a few
    </button>
  )
}

export function SampleCard() {
  const [search] = useSearchParams()
  const asked = search.get('sample')
  return asked === null ? null : <OneSample rule={asked === MOVING ? null : asked} />
}

function OneSample({ rule }: Readonly<{ rule: string | null }>) {
  const { policy, times } = usePlace()
  const path = usePath()
  const sample = useSample(policy, rule)
  return (
    <Card title={`${rule === null ? 'A few who would move' : `A few whom ${ruleWords(rule)} keeps`} (${times.zone})`}>
      <Shown of={sample} what="a few customers">
        {({ customers }) =>
          customers.length === 0 ? (
            <Empty>{rule === null ? 'Nobody would move now.' : 'It keeps nobody now.'}</Empty>
          ) : (
            <Rows
              label="A few customers"
              rows={customers}
              keyOf={({ key }) => key}
              columns={[
                {
                  name: 'Customer',
                  cell: ({ key }) => <Link href={path(`/customers/${encodeURIComponent(key)}`)}>Customer {key}</Link>,
                  line: true,
                },
                { name: 'Created', cell: ({ age }) => times.short(age), line: true },
                { name: 'Masked', cell: (customer) => <Contacts of={customer} />, words: true },
              ]}
            />
          )
        }
      </Shown>
    </Card>
  )
}

/** The rules with how many each keeps, most first. */
export const KeptByRule = ({ of }: Readonly<{ of: Readonly<Record<string, number>> }>) => (
  <Rows
    label="Rule"
    rows={Object.entries(of).sort(([, a], [, b]) => b - a)}
    keyOf={([rule]) => rule}
    columns={[
      { name: 'Rule', cell: ([rule]) => ruleWords(rule) },
      { name: 'Count', cell: ([, value]) => count(value), number: true },
      { name: 'Who', cell: ([rule, value]) => (value > 0 ? <SampleLink rule={rule} /> : '') },
    ]}
  />
)
