// The page to try the API: reads /openapi.json, shows every operation, and sends what is typed. No other file, no
// other host. The key stays in this page's memory.

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

const resolve = (api, schema) =>
  schema?.$ref === undefined
    ? (schema ?? {})
    : resolve(
        api,
        schema.$ref
          .split('/')
          .slice(1)
          .reduce((at, key) => at[key], api),
      )

/** A value that fits the schema, to begin with. Fields that may be left out are left out. */
function sample(api, given) {
  const schema = resolve(api, given)
  if (schema.example !== undefined) return schema.example
  if (schema.default !== undefined) return schema.default
  const first = (schema.anyOf ?? schema.oneOf)?.[0]
  if (first !== undefined) return sample(api, first)
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.type === 'array') return [sample(api, schema.items)]
  if (schema.type === 'object' || schema.properties !== undefined) {
    const wanted = Object.entries(schema.properties ?? {}).filter(
      ([name, inner]) => schema.required?.includes(name) || resolve(api, inner).default !== undefined,
    )
    return Object.fromEntries(wanted.map(([name, inner]) => [name, sample(api, inner)]))
  }
  return { string: 'text', integer: 1, number: 1, boolean: false }[schema.type] ?? null
}

/** Paths are told from where the API begins, which is where this page lies. */
async function send(path, method, fields, bodyField, answer) {
  let address = `.${path}`
  const query = new URLSearchParams()
  const headers = { Accept: 'application/json, application/problem+json' }
  for (const { parameter, input } of fields) {
    if (input.value === '') continue
    if (parameter.in === 'path') address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value))
    if (parameter.in === 'query') query.set(parameter.name, input.value)
    if (parameter.in === 'header') headers[parameter.name] = input.value
  }
  const key = document.querySelector('#key').value.trim()
  if (key !== '') headers.Authorization = `Bearer ${key}`
  if (bodyField !== null) headers['Content-Type'] = 'application/json'
  const search = query.size === 0 ? '' : `?${query}`
  answer.hidden = false
  answer.textContent = '…'
  try {
    const response = await fetch(`${address}${search}`, {
      method: method.toUpperCase(),
      headers,
      credentials: 'same-origin',
      ...(bodyField === null ? {} : { body: bodyField.value }),
    })
    await show(response, answer)
  } catch (error) {
    answer.textContent = `no answer: ${error.message}`
  }
}

/** A stream is shown as it comes, everything else when it is whole. */
async function show(response, answer) {
  const head = `${response.status} ${response.statusText}\n`
  const location = response.headers.get('Location')
  const lead = location === null ? head : `${head}Location: ${location}\n`
  const type = response.headers.get('Content-Type') ?? ''
  if (!type.includes('event-stream')) {
    const text = await response.text()
    answer.textContent = `${lead}\n${type.includes('json') ? JSON.stringify(JSON.parse(text), null, 2) : text}`
    return
  }
  answer.textContent = lead
  const decoder = new TextDecoder()
  for await (const chunk of response.body) answer.textContent += decoder.decode(chunk, { stream: true })
}

function operationView(api, path, method, operation) {
  const fields = (operation.parameters ?? []).map((parameter) => ({
    parameter,
    input: element('input', { placeholder: String(resolve(api, parameter.schema).example ?? '') }),
  }))
  const schema = operation.requestBody?.content?.['application/json']?.schema
  const bodyField =
    schema === undefined
      ? null
      : element('textarea', { rows: 6, spellcheck: false, value: JSON.stringify(sample(api, schema), null, 2) })
  const answer = element('pre', { hidden: true })
  answer.setAttribute('aria-live', 'polite')
  const button = element('button', { type: 'button', textContent: 'Send' })
  button.addEventListener('click', () => send(path, method, fields, bodyField, answer))
  return element(
    'details',
    {},
    element(
      'summary',
      {},
      element('span', { className: 'method', textContent: method.toUpperCase() }),
      element('code', { textContent: path }),
    ),
    element('p', { textContent: operation.summary ?? '' }),
    ...fields.map(({ parameter, input }) =>
      element(
        'label',
        {},
        `${parameter.name} (${parameter.in}${parameter.required ? ', needed' : ''}) ${parameter.description ?? ''}`,
        input,
      ),
    ),
    ...(bodyField === null ? [] : [element('label', {}, 'Body', bodyField)]),
    button,
    answer,
  )
}

async function start() {
  const api = await (await fetch('openapi.json')).json()
  document.querySelector('#about').textContent = api.info.description
  const groups = new Map()
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? 'Other'
      groups.set(tag, [...(groups.get(tag) ?? []), operationView(api, path, method, operation)])
    }
  document
    .querySelector('#operations')
    .replaceChildren(...[...groups].flatMap(([tag, views]) => [element('h2', { textContent: tag }), ...views]))
}

start().catch((error) => {
  document.querySelector('#operations').textContent = `The description could not be read: ${error.message}`
})
