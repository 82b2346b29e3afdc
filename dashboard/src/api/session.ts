/** Who is signed in, and signing in and out. */
import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { mayDo, type Right } from '../../../src/core/role.ts'
import type { SignedIn, WhoAmI } from './contract.ts'
import { change, get, rememberCsrf } from './request.ts'

const KEY = ['session'] as const

export const useSession = () =>
  useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const who = await get<WhoAmI>('/api/v1/session')
      rememberCsrf(who.csrf)
      return who
    },
    staleTime: 60_000,
  })

/** What the signed-in person may do; the server decides again. */
export function useMay(right: Right): boolean {
  const { data } = useSession()
  return data !== undefined && mayDo(data.role, right)
}

/** What the one before could see is not shown to the next. */
const forgetTheRest = (queries: QueryClient): void =>
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] })

export function useSignIn() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (key: string) => change<SignedIn>('/api/v1/session', { key }),
    onSuccess: ({ name, role, csrf }) => {
      rememberCsrf(csrf)
      forgetTheRest(queries)
      queries.setQueryData(KEY, { name, role, csrf })
    },
  })
}

export function useSignOut() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => change<null>('/api/v1/session', undefined, { method: 'DELETE' }),
    onSuccess: () => {
      rememberCsrf(null)
      void queries.resetQueries({ queryKey: KEY })
      forgetTheRest(queries)
    },
  })
}
