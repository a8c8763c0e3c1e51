import { Button, Field, Input, Select } from '@fluentui/react-components'
import { useEffect, useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client'
import { useLive } from '../api/live'
import { useAsk } from '../api/useAsk'
import { setQuery, usePlace } from '../app/router'
import { JobTable } from '../parts/JobTable'
import { Answer, Empty, Page } from '../parts/States'
import { word } from '../texts'

const step = 50
const days: Record<string, number> = { '1': 1, '7': 7, '30': 30 }

export default function Jobs(): ReactElement {
  const { t } = useTranslation()
  const { query } = usePlace()
  const of = (name: string) => query.get(name) ?? ''
  const [vm, kind, state, since] = [of('vm'), of('kind'), of('state'), of('days')]
  const [typed, setTyped] = useState(vm)
  const [limit, setLimit] = useState(step)
  useEffect(() => setTyped(vm), [vm])
  const asked = useAsk(`jobs ${vm} ${kind} ${state} ${since} ${limit}`, signal => ask('listJobs', {
    limit, ...(vm ? { vm } : {}), ...(kind ? { kind } : {}), ...(state ? { state } : {}),
    ...(days[since] ? { since: new Date(Date.now() - days[since] * 86_400_000).toISOString() } : {}),
  }, undefined, { signal }), true)
  useLive(asked.reload, n => n.kind === 'began' || n.kind === 'ended')
  return (
    <Page title={t('page.jobs')}>
      <form className="filters" role="search" onSubmit={e => { e.preventDefault(); setQuery({ vm: typed.trim() }) }}>
        <Field label={t('jobs.of-vm')}><Input value={typed} onChange={(_, d) => setTyped(d.value)} onBlur={() => setQuery({ vm: typed.trim() })} /></Field>
        <Choice label={t('jobs.kind')} name="kind" value={kind} options={['backup', 'restore', 'retention', 'gc', 'verify', 'copy', 'repair'].map(k => [k, word('job-kind', k)])} />
        <Choice label={t('job.state')} name="state" value={state} options={['running', 'completed', 'completed-with-warnings', 'failed', 'cancelled'].map(s => [s, word('job-state', s)])} />
        <Choice label={t('jobs.since')} name="days" value={since} options={[['1', t('jobs.day')], ['7', t('jobs.week')], ['30', t('jobs.month')]]} />
      </form>
      <Answer asked={asked}>
        {page => (page.items.length === 0 ? <Empty>{vm || kind || state || since ? t('filter.nothing') : t('jobs.none')}</Empty> : (
          <div className="card">
            <JobTable label={t('page.jobs')} jobs={page.items} />
            {page.next && limit < 1000 ? <div><Button onClick={() => setLimit(Math.min(1000, limit * 2))}>{t('action.more')}</Button></div> : null}
          </div>
        ))}
      </Answer>
    </Page>
  )
}

function Choice({ label, name, value, options }: { label: string; name: string; value: string; options: (readonly [string, string])[] }): ReactElement {
  const { t } = useTranslation()
  return (
    <Field label={label}>
      <Select value={value} onChange={(_, d) => setQuery({ [name]: d.value })}>
        <option value="">{t('filter.all')}</option>
        {options.map(([option, text]) => <option key={option} value={option}>{text}</option>)}
      </Select>
    </Field>
  )
}
