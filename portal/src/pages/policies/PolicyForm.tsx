import { Button, Field, Input, Select, Switch, Textarea } from '@fluentui/react-components'
import { useState, type FormEvent, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../../api/client'
import { Problem } from '../../api/problem'
import { navigate } from '../../app/router'
import type { PolicyBody, PolicyPreviewView, PolicyView } from '../../generated/api'
import { ErrorBar, Section } from '../../parts/States'
import { word } from '../../texts'
import { Preview } from './Preview'
import { keepLabel, keepNames, spanMs, spanOfHours } from './words'

/** Fields that people change; what else a policy says stays as it was read. */
interface Fields {
  name: string
  schedules: string
  keep: Record<(typeof keepNames)[number], string>
  wanted: string
  stepDown: boolean
  objective: string
  retries: string
  bandwidth: string
}

function fieldsOf(stored: PolicyView | undefined): Fields {
  const p = stored?.policy
  const keep = Object.fromEntries(keepNames.map(n => [n, String(p?.retention?.[n] ?? 0)])) as Fields['keep']
  return {
    name: stored?.name ?? '', schedules: (p?.schedules ?? []).join('\n'), keep, wanted: p?.capture?.wanted ?? 'file-system', stepDown: p?.capture?.stepDown ?? true,
    objective: p?.objective ? String(spanMs(p.objective) / 3_600_000) : '', retries: String(p?.retries ?? 2), bandwidth: (p?.bandwidth ?? []).join('\n'),
  }
}

const linesOf = (text: string) => text.split('\n').map(l => l.trim()).filter(l => l !== '')

function bodyOf(fields: Fields, stored: PolicyView | undefined): PolicyBody {
  const p = stored?.policy
  return {
    ...p, name: fields.name.trim(), schedules: linesOf(fields.schedules), bandwidth: linesOf(fields.bandwidth), retries: Number(fields.retries),
    retention: Object.fromEntries(keepNames.map(n => [n, Number(fields.keep[n])])),
    capture: { ...p?.capture, wanted: fields.wanted, stepDown: fields.stepDown },
    objective: fields.objective.trim() === '' ? null : spanOfHours(Number(fields.objective)),
  }
}

/** With `stored` a change, which is refused if somebody else was faster; else a new policy. */
export function PolicyForm({ stored, tag, onRead, onDone, onCancel }: {
  stored?: PolicyView; tag?: string; onRead?: () => void; onDone?: () => void; onCancel?: () => void
}): ReactElement {
  const { t } = useTranslation()
  const [fields, setFields] = useState(() => fieldsOf(stored))
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const [preview, setPreview] = useState<PolicyPreviewView>()
  const set = (change: Partial<Fields>) => setFields({ ...fields, ...change })
  const run = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(undefined)
    try {
      await work()
    } catch (e) {
      setError(e as Error)
    }
    setBusy(false)
  }
  const save = (event: FormEvent) => {
    event.preventDefault()
    void run(async () => {
      const body = bodyOf(fields, stored)
      await ask('putPolicy', { policy: fields.name.trim() }, body, tag ? { headers: { 'If-Match': tag } } : {})
      if (onDone) onDone()
      else navigate(`/policies/${encodeURIComponent(fields.name.trim())}`)
    })
  }
  return (
    <>
      <form onSubmit={save}>
        <Section title={stored ? t('policies.change') : t('policies.new')}>
          <div className="form">
            {stored ? null : <Field label={t('policies.name')} required><Input value={fields.name} onChange={(_, d) => set({ name: d.value })} /></Field>}
            <Field label={t('policies.schedules')} hint={t('policies.schedules-hint')}>
              <Textarea value={fields.schedules} rows={3} placeholder="daily 20:00-06:00 Europe/Amsterdam" onChange={(_, d) => set({ schedules: d.value })} />
            </Field>
            <fieldset className="keep">
              <legend>{t('policies.keeps')}</legend>
              {keepNames.map(n => (
                <Field key={n} label={keepLabel(t, n)}>
                  <Input type="number" min={0} max={10000} value={fields.keep[n]} onChange={(_, d) => set({ keep: { ...fields.keep, [n]: d.value } })} />
                </Field>
              ))}
            </fieldset>
            <p className="quiet">{t('policies.keeps-hint')}</p>
            <Field label={t('points.consistency')}>
              <Select value={fields.wanted} onChange={(_, d) => set({ wanted: d.value })}>
                {['application', 'file-system', 'crash'].map(c => <option key={c} value={c}>{word('consistency', c)}</option>)}
              </Select>
            </Field>
            <Switch label={t('policies.step-down')} checked={fields.stepDown} onChange={(_, d) => set({ stepDown: d.checked })} />
            <Field label={t('policies.objective')} hint={t('policies.objective-hint')}>
              <Input type="number" min={1} max={8784} step="any" value={fields.objective} onChange={(_, d) => set({ objective: d.value })} />
            </Field>
            <Field label={t('policies.retries')}><Input type="number" min={0} max={10} value={fields.retries} onChange={(_, d) => set({ retries: d.value })} /></Field>
            <Field label={t('policies.bandwidth')} hint={t('policies.bandwidth-hint')}>
              <Textarea value={fields.bandwidth} rows={2} placeholder="backup 08:00-18:00 20MB Europe/Amsterdam" onChange={(_, d) => set({ bandwidth: d.value })} />
            </Field>
          </div>
          {error ? <ErrorBar error={error} /> : null}
          <div className="actions">
            <Button type="submit" appearance="primary" disabled={busy || !fields.name.trim()}>{t('settings.save')}</Button>
            <Button disabled={busy} onClick={() => void run(async () => setPreview(await ask('previewNewPolicy', { runs: 60 }, bodyOf({ ...fields, name: fields.name || 'new' }, stored))))}>{t('policies.show-preview')}</Button>
            {error instanceof Problem && error.code === 'policy-changed' ? <Button onClick={onRead}>{t('policies.read-anew')}</Button> : null}
            {onCancel ? <Button onClick={onCancel}>{t('action.not-now')}</Button> : null}
          </div>
        </Section>
      </form>
      {preview ? <Section title={t('policies.preview')}><Preview preview={preview} real={false} /></Section> : null}
    </>
  )
}
