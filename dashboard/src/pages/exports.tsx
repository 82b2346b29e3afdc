/** Cold files: what is due for them, the sets that there are, and an export that is started. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import { useStartExport } from '../api/changes.ts'
import type { ColdSets, Retention } from '../api/contract.ts'
import { useColdSets, useExportDue } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Ask } from '../parts/ask.tsx'
import { Card } from '../parts/card.tsx'
import { Note } from '../parts/note.tsx'
import { type Column, Rows, Take } from '../parts/rows.tsx'
import { Empty, ProblemView, Shown } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { bytes, count, plural, type Times } from '../words.ts'

export function ExportsCard({ of: { coldFiles } }: Readonly<{ of: Retention }>) {
  const { policy, times } = usePlace()
  const path = usePath()
  const sets = useColdSets(policy, true)
  const mayExport = useMay('export')
  return (
    <Shown of={sets} what="the cold files">
      {({ sets: shown, next }) => (
        <Card
          title={`Cold files: ${plural(shown.length, 'set')}${next === null ? '' : ', the newest'} (${times.zone})`}
          action={<Take name="cold-files" rows={shown} />}
        >
          <div className="stack">
            {coldFiles && mayExport && <StartExport />}
            {shown.length === 0 ? (
              <Empty>Nothing was exported yet.</Empty>
            ) : (
              <Rows label="Cold files" rows={shown} keyOf={({ file }) => file} columns={columnsOf(times, path)} />
            )}
          </div>
        </Card>
      )}
    </Shown>
  )
}

function StartExport() {
  const { policy, times } = usePlace()
  const path = usePath()
  const due = useExportDue(policy, true)
  const start = useStartExport(policy)
  const [asks, setAsks] = useState(false)
  if (due.data === undefined) return due.error === null ? null : <ProblemView error={due.error} />
  const { families, horizon } = due.data
  return (
    <>
      {start.data !== undefined && (
        <Note tone="plain" title={`Run ${start.data.run} exports`} role="status">
          It goes on by itself, you may close this page. <Link href={path(`/runs/${start.data.run}`)}>Look at it</Link>
        </Note>
      )}
      <div className="head">
        <span>
          {families === 0 ? 'Nobody is' : `${plural(families, 'customer')} ${families === 1 ? 'is' : 'are'}`} due:
          archived before {times.at(horizon)}.
        </span>
        {families > 0 && (
          <Button variant="default" onClick={() => setAsks(true)}>
            Export …
          </Button>
        )}
      </div>
      {asks && (
        <Ask
          title="Export into cold files"
          verb={`Export ${plural(families, 'customer')}`}
          reason
          busy={start.isPending}
          error={start.error}
          onClose={() => setAsks(false)}
          onConfirm={(reason) => start.mutate({ reason }, { onSuccess: () => setAsks(false) })}
        >
          <p>
            Their rows are written into files, read back, and compared row by row. Nothing leaves the archive. Until it
            is done no run moves.
          </p>
        </Ask>
      )}
    </>
  )
}

const columnsOf = (times: Times, path: (to: string) => string): readonly Column<ColdSets['sets'][number]>[] => [
  { name: 'Set', cell: ({ file }) => file },
  { name: 'Archived in', cell: ({ month }) => month },
  { name: 'Customers', number: true, cell: ({ families }) => count(families) },
  { name: 'Rows', number: true, cell: ({ rows }) => count(rows) },
  { name: 'Size', number: true, cell: (set) => bytes(set.bytes) },
  { name: 'Key', cell: ({ keyId }) => keyId ?? 'plain' },
  { name: 'Recorded', cell: ({ recordedAt }) => times.short(recordedAt), line: true },
  { name: 'Run', cell: ({ run }) => <Link href={path(`/runs/${run}`)}>#{run}</Link> },
]
