// Makes src/generated: the types and the table of calls from docs/api/openapi.json, and the words of codes from Stillpoint.Texts.
// Generated at each build and never checked in, so neither can be older than its source. Plain Node, no package.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const portal = join(dirname(fileURLToPath(import.meta.url)), '..')
const root = join(portal, '..')
const out = join(portal, 'src', 'generated')
const read = (...path) => JSON.parse(readFileSync(join(root, ...path), 'utf8'))
mkdirSync(out, { recursive: true })

const api = read('docs', 'api', 'openapi.json')

function typeOf(schema) {
  if (!schema) return 'unknown'
  if (schema.$ref) return schema.$ref.split('/').at(-1)
  const choices = schema.oneOf ?? schema.anyOf
  if (choices) return choices.map(typeOf).join(' | ')
  const kinds = [schema.type].flat()
  return kinds.map(kind => {
    switch (kind) {
      case 'null': return 'null'
      case 'string': return 'string'
      case 'boolean': return 'boolean'
      case 'integer': case 'number': return 'number'
      case 'array': return `(${typeOf(schema.items)})[]`
      case 'object': return schema.additionalProperties ? `Record<string, ${typeOf(schema.additionalProperties)}>` : 'Record<string, unknown>'
      default: return 'unknown'
    }
  }).join(' | ')
}

function shapeOf(name, schema) {
  const required = new Set(schema.required ?? [])
  const fields = Object.entries(schema.properties ?? {}).map(([field, s]) => `  ${field}${required.has(field) ? '' : '?'}: ${typeOf(s)}`)
  return `export interface ${name} {\n${fields.join('\n')}\n}`
}

const contentOf = part => Object.values(part?.content ?? {})[0]?.schema
const shapes = Object.entries(api.components.schemas).map(([name, schema]) => shapeOf(name, schema))
const types = []
const table = []
for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    if (method === 'parameters') continue
    const parameters = (operation.parameters ?? []).filter(p => p.in === 'path' || p.in === 'query')
    const fields = parameters.map(p => `${p.name}${p.required ? '' : '?'}: ${typeOf(p.schema)}`)
    const answers = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'))
    const answer = answers.map(([status, response]) => (status === '204' ? 'undefined' : typeOf(contentOf(response)))).join(' | ')
    const body = operation.requestBody ? typeOf(contentOf(operation.requestBody)) : 'undefined'
    types.push(`  ${operation.operationId}: { parameters: { ${fields.join('; ')} }; body: ${body}; answer: ${answer} }`)
    table.push(`  ${operation.operationId}: ['${method.toUpperCase()}', '${path}'],`)
  }
}
writeFileSync(join(out, 'api.ts'), `// Made by scripts/generate.mjs of docs/api/openapi.json.

${shapes.join('\n\n')}

export interface Operations {
${types.join('\n')}
}

export const operations: Record<keyof Operations, readonly [method: string, path: string]> = {
${table.join('\n')}
}
`)

const kinds = ['stage', 'consistency', 'job-state', 'job-kind', 'sub-task', 'read-mode', 'power', 'keep', 'plan', 'start-kind']
const causeKinds = ['worth', 'link', 'confidence']
for (const language of ['en', 'nl', 'zh-Hans', 'pt-BR', 'fr']) {
  const words = {}
  const take = (texts, wanted) => {
    for (const [key, text] of Object.entries(texts)) if (wanted.includes(key.split('.')[0])) words[key] = text
  }
  take(read('src', 'Stillpoint.Texts', 'Resources', `${language}.json`), kinds)
  take(read('src', 'Stillpoint.Texts', 'Resources', 'causes', `${language}.json`), causeKinds)
  writeFileSync(join(out, `words.${language}.json`), JSON.stringify(words, null, 1))
}
