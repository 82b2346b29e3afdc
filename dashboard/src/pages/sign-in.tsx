/** Signing in: a key for a cookie that no script can read. The key is kept nowhere. */
import { Button, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import { DATABASE } from '../api/request.ts'
import { useSignIn } from '../api/session.ts'
import { ProblemView } from '../parts/states.tsx'

export function SignInPage() {
  const [key, setKey] = useState('')
  const signIn = useSignIn()
  return (
    <main className="lone">
      <form
        className="card stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (key.trim() !== '') signIn.mutate(key.trim())
        }}
      >
        <h1>Mothball{DATABASE === null ? '' : ` · ${decodeURIComponent(DATABASE)}`}</h1>
        <p className="faint">Sign in with your API key. It becomes a session of this browser, and is not kept.</p>
        <PasswordInput
          label="API key"
          placeholder="mbk_…"
          autoComplete="off"
          autoFocus
          value={key}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the key' }}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        {signIn.error !== null && <ProblemView error={signIn.error} />}
        <Button type="submit" loading={signIn.isPending} size="sm">
          Sign in
        </Button>
        <p className="faint small">
          No key yet? Somebody with the database’s address makes one:{' '}
          <span className="mono">mothball key create NAME --role operator</span>
        </p>
      </form>
    </main>
  )
}
