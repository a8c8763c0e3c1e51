import { Button, Checkbox, Field, MessageBar, MessageBarBody, SearchBox, Select } from '@fluentui/react-components'
import { useMemo, useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { may } from '../api/client'
import { useLive } from '../api/live'
import { useAsk } from '../api/useAsk'
import { PageLink, setQuery, usePlace } from '../app/router'
import type { JobView, VmView } from '../generated/api'
import { JobState, Power } from '../parts/Badges'
import { minute, number } from '../parts/format'
import { LongTable } from '../parts/LongTable'
import { Answer, Empty, Page } from '../parts/States'
import { word } from '../texts'
import { lastBackups, startBackups, vmsOfHost, type Begun } from './backups'
import { Protect } from './Protection'

export default function Vms(): ReactElement {
  const { t } = useTranslation()
  const vms = useAsk('vms', vmsOfHost)
  const jobs = useAsk('last-backups', lastBackups)
  useLive(jobs.reload, n => n.kind === 'ended' || n.kind === 'began')
  return (
    <Page title={t('page.vms')}>
      <Answer asked={vms}>
        {found => (found.length === 0 ? <Empty>{t('vms.none')}</Empty> : <Found vms={found} jobs={jobs.data ?? new Map()} onChanged={vms.reload} />)}
      </Answer>
    </Page>
  )
}

/** As a policy in the address: a policy's name has no such sign. */
const unprotected = '-'
const states = ['running', 'off', 'paused', 'crashed', 'suspended', 'shutting-down', 'gone']

function Found({ vms, jobs, onChanged }: { vms: VmView[]; jobs: Map<string, JobView>; onChanged: () => void }): ReactElement {
  const { t } = useTranslation()
  const { query } = usePlace()
  const [text, power, backup, policy] = ['search', 'power', 'backup', 'policy'].map(name => query.get(name) ?? '') as [string, string, string, string]
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const shown = useMemo(() => vms.filter(vm => {
    const job = jobs.get(vm.id)
    return vm.name.toLowerCase().includes(text.toLowerCase()) && (!power || vm.state === power)
      && (!policy || (policy === unprotected ? !vm.policy : vm.policy === policy)) && (!backup || (backup === 'none' ? job === undefined : job?.state === backup))
  }), [vms, jobs, text, power, backup, policy])
  const all = shown.length > 0 && shown.every(vm => chosen.has(vm.id))
  const choice = may('operator') ? '72px ' : ''
  const turn = (ids: string[], on: boolean) => {
    const next = new Set(chosen)
    for (const id of ids) {
      if (on) next.add(id)
      else next.delete(id)
    }
    setChosen(next)
  }
  return (
    <>
      <div className="filters" role="search">
        <Field label={t('vms.search')}><SearchBox value={text} onChange={(_, d) => setQuery({ search: d.value })} /></Field>
        <Field label={t('vm.state')}>
          <Select value={power} onChange={(_, d) => setQuery({ power: d.value })}>
            <option value="">{t('filter.all')}</option>
            {states.map(s => <option key={s} value={s}>{s === 'gone' ? t('vms.gone') : word('power', s)}</option>)}
          </Select>
        </Field>
        <Field label={t('policies.policy')}>
          <Select value={policy} onChange={(_, d) => setQuery({ policy: d.value })}>
            <option value="">{t('filter.all')}</option>
            <option value={unprotected}>{t('vms.unprotected')}</option>
            {[...new Set(vms.map(vm => vm.policy))].filter(p => !!p).map(p => <option key={p} value={p ?? ''}>{p}</option>)}
          </Select>
        </Field>
        <Field label={t('vms.last-backup')}>
          <Select value={backup} onChange={(_, d) => setQuery({ backup: d.value })}>
            <option value="">{t('filter.all')}</option>
            {['completed', 'completed-with-warnings', 'failed', 'running', 'cancelled'].map(s => <option key={s} value={s}>{word('job-state', s)}</option>)}
            <option value="none">{t('vms.no-backup')}</option>
          </Select>
        </Field>
      </div>
      <p className="quiet" role="status">{t('vms.shown', { shown: number(shown.length), all: number(vms.length) })}</p>
      {may('operator') ? <Bulk chosen={vms.filter(vm => chosen.has(vm.id))} onBegun={begun => turn(begun, false)} onProtected={onChanged} /> : null}
      {shown.length === 0 ? <Empty>{t('filter.nothing')}</Empty> : (
        <LongTable<VmView>
          label={t('page.vms')} rows={shown} id={vm => vm.id}
          template={`${choice}minmax(120px, 1.3fr) minmax(135px, .8fr) minmax(120px, .8fr) minmax(250px, 1.2fr)`} narrow={`${choice}minmax(0, 1fr) auto`}
          columns={[
            ...(may('operator') ? [{ key: 'chosen', title: t('vms.column-choose'), cell: (vm: VmView) => <Checkbox aria-label={t('vms.choose', { vm: vm.name })} checked={chosen.has(vm.id)} onChange={(_, d) => turn([vm.id], d.checked === true)} /> }] : []),
            { key: 'name', title: t('vm.vm'), cell: vm => <PageLink href={`/vms/${vm.id}`}>{vm.name}</PageLink> },
            { key: 'state', title: t('vm.state'), cell: vm => <Power state={vm.state} /> },
            { key: 'policy', title: t('policies.policy'), wide: true, cell: vm => (vm.policy ? <PageLink href={`/policies/${encodeURIComponent(vm.policy)}`}>{vm.policy}</PageLink> : <span className="quiet">{t('vms.unprotected')}</span>) },
            { key: 'backup', title: t('vms.last-backup'), wide: true, cell: vm => <LastBackup job={jobs.get(vm.id)} /> },
          ]}
        />
      )}
      {may('operator') && shown.length > 0
        ? <div><Checkbox label={t('vms.choose-all', { n: number(shown.length) })} checked={all} onChange={(_, d) => turn(shown.map(vm => vm.id), d.checked === true)} /></div>
        : null}
    </>
  )
}

function LastBackup({ job }: { job: JobView | undefined }): ReactElement {
  const { t } = useTranslation()
  return job ? <><PageLink href={`/jobs/${job.id}`}><JobState state={job.state} /></PageLink><div className="quiet">{minute(job.started)}</div></> : <span className="quiet">{t('vms.no-backup')}</span>
}

/** What is done to all that are chosen. */
function Bulk({ chosen, onBegun, onProtected }: { chosen: VmView[]; onBegun: (ids: string[]) => void; onProtected: () => void }): ReactElement {
  const { t } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [begun, setBegun] = useState<Begun>()
  const start = async () => {
    setBusy(true)
    const result = await startBackups(chosen)
    setBegun(result)
    onBegun(result.begun.map(b => b.vm.id))
    setBusy(false)
  }
  return (
    <>
      <div className="inline">
        <Button appearance="primary" disabled={busy || chosen.length === 0} onClick={() => void start()}>{t('vm.back-up-now')}</Button>
        <Protect vms={chosen.map(vm => vm.id)} onDone={onProtected} />
        <span className="quiet">{t('vms.chosen', { n: number(chosen.length) })}</span>
      </div>
      {begun ? (
        <MessageBar intent={begun.refused.length > 0 ? 'warning' : 'success'} layout="multiline" className="bar">
          <MessageBarBody>
            {t('vms.begun', { n: number(begun.begun.length) })}
            {begun.refused.length > 0 ? ` ${t('vms.not-begun', { n: number(begun.refused.length) })}` : ''}
            <ul>{begun.refused.slice(0, 10).map(r => <li key={r.vm.id}>{r.vm.name}: {r.why}</li>)}</ul>
          </MessageBarBody>
        </MessageBar>
      ) : null}
    </>
  )
}
