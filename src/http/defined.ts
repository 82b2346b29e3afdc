/** An object without the fields that are undefined: a field that is left out is one that is not there. */

type Defined<T extends object> = { readonly [Field in keyof T]: Exclude<T[Field], undefined> }

const isDefined = <T extends object>(fields: Partial<T>): fields is Partial<Defined<T>> =>
  Object.values(fields).every((value) => value !== undefined)

export function defined<T extends object>(fields: T): Partial<Defined<T>> {
  const kept: Partial<T> = { ...fields }
  for (const name in kept) if (kept[name] === undefined) delete kept[name]
  return isDefined<T>(kept) ? kept : {}
}
