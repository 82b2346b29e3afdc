/** What differs between two versions of a policy, in words: the fields, with their values where these are figures. */

type Json = Readonly<Record<string, unknown>>

/** `age.days: 60 -> 6`, `keep: changed`; in the order of the newer version. */
export function policyChanges(before: Json, after: Json, above = ''): readonly string[] {
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])]
  return names.flatMap((name) => {
    const [was, is] = [before[name], after[name]]
    const field = above === '' ? name : `${above}.${name}`
    if (isObject(was) && isObject(is)) return policyChanges(was, is, field)
    if (JSON.stringify(was) === JSON.stringify(is)) return []
    return isFigure(was) && isFigure(is) ? [`${field}: ${was} -> ${is}`] : [`${field}: changed`]
  })
}

const isObject = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

/** A text could be anything that somebody wrote into a condition. */
const isFigure = (value: unknown): value is number | boolean => typeof value === 'number' || typeof value === 'boolean'
