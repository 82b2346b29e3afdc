/** Keys: who has one and with which role. A new key's text is shown once. */
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { ROLES } from '../../../src/core/role.ts'
import { useCreateKey, useRevokeKey } from '../api/changes.ts'
import type { Keys } from '../api/contract.ts'
import { useKeys } from '../api/reads.ts'
import { Ask } from '../parts/ask.tsx'
import { Card, Facts } from '../parts/card.tsx'
import { Note } from '../parts/note.tsx'
import { Rows } from '../parts/rows.tsx'
import { ProblemView, Shown } from '../parts/states.tsx'
import { usePlace } from '../shell/place.tsx'

type Key = Keys['keys'][number]

export function KeysCard() {
  const { times } = usePlace()
  const keys = useKeys(true)
  const [ends, setEnds] = useState<Key | null>(null)
  const revoke = useRevokeKey()
  return (
    <Card title={`Keys (${times.zone})`}>
      <div className="stack">
        <NewKey />
        <Shown of={keys} what="the keys">
          {(data) => (
            <Rows
              label="Keys"
              rows={data.keys}
              keyOf={({ id }) => id}
              columns={[
                { name: 'Name', cell: ({ name }) => <strong>{name}</strong> },
                { name: 'Role', cell: ({ role }) => role },
                { name: 'Made', cell: ({ createdAt }) => times.short(createdAt), line: true },
                { name: 'By', cell: ({ createdBy }) => createdBy },
                {
                  name: 'Last used',
                  cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : times.short(lastUsedAt)),
                  line: true,
                },
                {
                  name: 'End',
                  cell: (key) => (
                    <Button
                      variant="default"
                      size="compact-xs"
                      aria-label={`Revoke ${key.name}`}
                      onClick={() => setEnds(key)}
                    >
                      Revoke …
                    </Button>
                  ),
                },
              ]}
            />
          )}
        </Shown>
      </div>
      {ends !== null && (
        <Ask
          title={`Revoke the key ${ends.name}`}
          verb="Revoke"
          busy={revoke.isPending}
          error={revoke.error}
          onClose={() => setEnds(null)}
          onConfirm={() => revoke.mutate(ends.id, { onSuccess: () => setEnds(null) })}
        >
          <p>It and every session that was opened with it end at once.</p>
        </Ask>
      )}
    </Card>
  )
}

const ROLE_WORDS: Readonly<Record<Key['role'], string>> = {
  viewer: 'looks, and sees customers masked',
  operator:
    'starts, pauses and stops runs, brings customers home, sets holds, signs off, sees numbers in clear for a reason',
  compliance: 'sets and releases holds, erases, signs off, reads the audit log, sees numbers in clear for a reason',
  admin: 'all of that; changes the stage, makes keys, sends trial messages',
}

export const RolesCard = () => (
  <Card title="What the roles may">
    <Facts of={ROLES.map((role) => [role, ROLE_WORDS[role]] as const)} />
  </Card>
)

function NewKey() {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Key['role']>('viewer')
  const create = useCreateKey()
  return (
    <>
      <form
        className="actions"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') create.mutate({ name: name.trim(), role }, { onSuccess: () => setName('') })
        }}
      >
        <TextInput
          size="xs"
          aria-label="Name of the new key"
          placeholder="name"
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          aria-label="Role of the new key"
          value={role}
          data={[...ROLES]}
          onChange={(event) => setRole(ROLES.find((each) => each === event.currentTarget.value) ?? 'viewer')}
        />
        <Button type="submit" variant="default" loading={create.isPending}>
          Make a key
        </Button>
      </form>
      {create.error !== null && <ProblemView error={create.error} />}
      {create.data !== undefined && (
        <Note tone="good" title={`The key of ${create.data.name}, shown only now`} role="status">
          <span className="mono">{create.data.key}</span>
        </Note>
      )}
    </>
  )
}
