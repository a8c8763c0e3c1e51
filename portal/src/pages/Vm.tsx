import { Button } from '@fluentui/react-components'
import { useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may } from '../api/client'
import { useLive } from '../api/live'
import { useAsk } from '../api/useAsk'
import { navigate, PageLink } from '../app/router'
import type { VmCheckView, VmDetailsView } from '../generated/api'
import { Power, Worth } from '../parts/Badges'
import { Marked, FailureText } from '../parts/Failure'
import { size } from '../parts/format'
import { JobProgress } from '../parts/JobProgress'
import { JobTable } from '../parts/JobTable'
import { Answer, Empty, ErrorBar, Page, Section } from '../parts/States'
import { Table } from '../parts/Table'
import { startBackup } from './backups'
import { Diagnosis } from './Diagnosis'
import { Examine } from './Examine'
import { Points } from './Points'
import { Protection } from './Protection'

export default function Vm({ id }: { id: string }): ReactElement {
  const { t } = useTranslation()
  const vm = useAsk(`vm ${id}`, signal => ask('showVm', { vm: id }, undefined, { signal }))
  const jobs = useAsk(`jobs of ${id}`, signal => ask('listJobs', { vm: id, limit: 10 }, undefined, { signal }))
  useLive(jobs.reload, n => n.kind === 'began' || n.kind === 'ended')
  const name = vm.data?.name ?? jobs.data?.items[0]?.vm ?? id
  const troubled = jobs.data?.items.find(j => j.kind === 'backup' && (j.state === 'failed' || j.state === 'completed-with-warnings'))
  const running = jobs.data?.items.find(j => j.state === 'running')
  return (
    <Page title={name} actions={may('operator') ? <Actions id={id} known={vm.data !== undefined} /> : null}>
      {running ? (
        <Section title={t('overview.running')}>
          <PageLink href={`/jobs/${running.id}`}>{t('vm.to-running-job')}</PageLink>
          <JobProgress job={running.id} />
        </Section>
      ) : null}
      <div className="two">
        <Section title={t('vm.state')}><Answer asked={vm}>{found => <State vm={found} />}</Answer></Section>
        <Protection vm={id} name={name} />
        <Section title={t('vm.last-diagnosis')}>
          {troubled ? <><PageLink href={`/jobs/${troubled.id}`}>{t('vm.to-troubled-job')}</PageLink><Diagnosis job={troubled.id} /></> : <Empty>{t('vm.no-trouble')}</Empty>}
        </Section>
        {may('operator') ? <Examine vm={id} /> : null}
      </div>
      <Points vm={id} />
      <Section title={t('vm.disks')}><Answer asked={vm}>{found => <Disks vm={found} />}</Answer></Section>
      {may('operator') ? <Check id={id} /> : null}
      <Section title={t('vm.last-jobs')} actions={<PageLink href={`/jobs?vm=${encodeURIComponent(name)}`}>{t('overview.all-jobs')}</PageLink>}>
        <Answer asked={jobs}>{page => (page.items.length === 0 ? <Empty>{t('jobs.none')}</Empty> : <JobTable label={t('vm.last-jobs')} jobs={page.items} withVm={false} />)}</Answer>
      </Section>
    </Page>
  )
}

function Actions({ id, known }: { id: string; known: boolean }): ReactElement {
  const { t } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const start = async () => {
    setBusy(true)
    setError(undefined)
    try {
      navigate(`/jobs/${(await startBackup(id)).job}`)
    } catch (e) {
      setError(e as Error)
      setBusy(false)
    }
  }
  return (
    <>
      <Button appearance="primary" disabled={busy || !known} onClick={() => void start()}>{t('vm.back-up-now')}</Button>
      <Button onClick={() => navigate(`/restore?vm=${encodeURIComponent(id)}`)}>{t('vm.restore')}</Button>
      {error ? <ErrorBar error={error} /> : null}
    </>
  )
}

function State({ vm }: { vm: VmDetailsView }): ReactElement {
  const { t } = useTranslation()
  return (
    <dl>
      <dt>{t('vm.state')}</dt><dd><Power state={vm.state} /></dd>
      <dt>{t('vm.channel')}</dt><dd>{vm.agentChannel ? t('vm.channel-there') : t('vm.channel-missing')}</dd>
      <dt>{t('vm.checkpoints')}</dt><dd>{vm.checkpoints.length === 0 ? t('vm.no-checkpoint') : vm.checkpoints.map(c => <div key={c}><code>{c}</code></div>)}</dd>
      <dt>{t('vm.internal-snapshots')}</dt><dd>{vm.internalSnapshots ? t('vm.internal-there') : t('answer.no')}</dd>
      <dt>{t('vm.id')}</dt><dd><code>{vm.id}</code></dd>
    </dl>
  )
}

function Disks({ vm }: { vm: VmDetailsView }): ReactElement {
  const { t } = useTranslation()
  return (
    <Table
      label={t('vm.disks')} rows={vm.disks} id={d => d.name}
      columns={[
        { key: 'name', title: t('disk.disk'), cell: d => <code>{d.name}</code> },
        { key: 'size', title: t('disk.size'), number: true, cell: d => (d.sizeBytes === null ? '' : size(d.sizeBytes)) },
        { key: 'in', title: t('disk.in-backup'), cell: d => (d.inBackup ? t('answer.yes') : d.reason ? <Marked text={d.reason.message} /> : t('answer.no')) },
        { key: 'tracked', title: t('disk.reading'), wide: true, cell: d => (!d.inBackup ? '' : d.tracked ? t('disk.tracked') : t('disk.untracked')) },
        { key: 'format', title: t('disk.format'), wide: true, cell: d => d.format },
        { key: 'source', title: t('disk.source'), wide: true, cell: d => <code>{d.source}</code> },
      ]}
    />
  )
}

/** Looks at the VM when asked to; freezes nothing. */
function Check({ id }: { id: string }): ReactElement {
  const { t } = useTranslation()
  const [found, setFound] = useState<VmCheckView>()
  const [error, setError] = useState<Error>()
  const [busy, setBusy] = useState(false)
  const look = async () => {
    setBusy(true)
    setError(undefined)
    try {
      setFound(await ask('checkVm', { vm: id }, {}))
    } catch (e) {
      setError(e as Error)
    }
    setBusy(false)
  }
  return (
    <Section title={t('check.title')} actions={<Button disabled={busy} onClick={() => void look()}>{t('check.go')}</Button>}>
      <p className="quiet">{t('check.about')}</p>
      {error ? <ErrorBar error={error} /> : null}
      {found ? (
        <div role="status">
          {found.consistency ? <p>{t('check.worth')} <Worth consistency={found.consistency} /></p> : <p>{t('check.would-fail')}</p>}
          {[found.blocked, found.reason, ...found.disks.map(d => d.reason), ...found.leftOut].filter(f => f !== null).map((f, i) => <FailureText key={i} failure={f} />)}
        </div>
      ) : null}
    </Section>
  )
}
