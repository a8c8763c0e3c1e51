import { Button, MessageBar, MessageBarBody } from '@fluentui/react-components'
import { CheckmarkCircleRegular, CircleRegular, DismissCircleRegular, SpinnerIosRegular } from '@fluentui/react-icons'
import { useState, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may } from '../api/client'
import { useLive } from '../api/live'
import { useAsk } from '../api/useAsk'
import { navigate, PageLink } from '../app/router'
import type { JobDetailsView, JobView, SubTaskView } from '../generated/api'
import { JobState } from '../parts/Badges'
import { Confirm } from '../parts/Confirm'
import { FailureText } from '../parts/Failure'
import { duration, size, time } from '../parts/format'
import { JobProgress } from '../parts/JobProgress'
import { Answer, ErrorBar, Page, Section } from '../parts/States'
import { word } from '../texts'
import { startBackup } from './backups'
import { Diagnosis } from './Diagnosis'
import { FactsOfJob } from './Facts'
import { Report } from './Report'

export default function Job({ id }: { id: string }): ReactElement {
  const { t } = useTranslation()
  const asked = useAsk(`job ${id}`, signal => ask('showJob', { job: id }, undefined, { signal }))
  useLive(asked.reload, n => n.job === id)
  const job = asked.data?.job
  const title = job ? [word('job-kind', job.kind), job.vm].filter(Boolean).join(' · ') : t('job.job')
  return (
    <Page title={title} actions={job && may('operator', job.vm === '') ? <Actions job={job} onChanged={asked.reload} /> : null}>
      <Answer asked={asked}>{details => <Details details={details} />}</Answer>
    </Page>
  )
}

function Details({ details }: { details: JobDetailsView }): ReactElement {
  const { t } = useTranslation()
  const { job } = details
  return (
    <>
      <Section title={t('job.about')}>
        <dl>
          <dt>{t('job.state')}</dt><dd><span role="status"><JobState state={job.state} /></span></dd>
          {job.vm ? <><dt>{t('vm.vm')}</dt><dd>{job.vmId ? <PageLink href={`/vms/${job.vmId}`}>{job.vm}</PageLink> : job.vm}</dd></> : null}
          <dt>{t('job.started')}</dt><dd>{time(job.started)}</dd>
          {job.ended ? <><dt>{t('job.took')}</dt><dd>{duration(Date.parse(job.ended) - Date.parse(job.started))}</dd></> : null}
          {job.ended ? <><dt>{t('job.done-bytes')}</dt><dd>{size(job.bytesDone)}</dd><dt>{t('job.stored-bytes')}</dt><dd>{size(job.bytesStored)}</dd></> : null}
          {job.point ? <><dt>{t('points.point')}</dt><dd><code>{job.point}</code></dd></> : null}
          <dt>{t('page.vault')}</dt><dd><code>{job.vault}</code></dd>
          <dt>{t('job.id')}</dt><dd><code>{job.id}</code></dd>
        </dl>
      </Section>
      <SubTasks job={job} subTasks={details.subTasks} />
      {job.failure ? <ErrorDetails job={job} /> : null}
      {job.ended && job.kind !== 'backup' ? <Report job={job.id} /> : null}
      {details.warnings.length > 0 ? (
        <Section title={t('job.warnings')}>
          {details.warnings.map((w, i) => <FailureText key={i} failure={w} />)}
          {job.failure ? null : <Diagnosis job={job.id} />}
        </Section>
      ) : null}
      {job.failure || details.warnings.length > 0 ? <Facts job={job.id} /> : null}
    </>
  )
}

/** A backup's two are shown from the start, so that one sees what is still to come. */
function SubTasks({ job, subTasks }: { job: JobView; subTasks: SubTaskView[] }): ReactElement | null {
  const { t } = useTranslation()
  const names = [...new Set([...(job.kind === 'backup' ? ['take-snapshot', 'transfer-data-to-vault'] : []), ...subTasks.map(s => s.name)])]
  if (names.length === 0) return null
  return (
    <Section title={t('job.sub-tasks')}>
      <ol className="steps">
        {names.map(name => {
          const s = subTasks.find(x => x.name === name)
          const runs = s !== undefined && s.ended === null && job.state === 'running'
          return (
            <li key={name}>
              <Sign subTask={s} runs={runs} />
              <div>
                <strong>{word('sub-task', name)}</strong>
                <span className="quiet"> · {stateOf(s, runs, t)}</span>
                {runs ? <JobProgress job={job.id} subTask={name} /> : null}
                {s?.failure ? <FailureText failure={s.failure} /> : null}
              </div>
            </li>
          )
        })}
      </ol>
    </Section>
  )
}

function stateOf(s: SubTaskView | undefined, runs: boolean, t: (key: string, values?: Record<string, string>) => string): string {
  if (s === undefined) return t('job.not-begun')
  if (runs) return t('job.since', { time: time(s.started) })
  if (s.ended === null) return t('job.not-ended')
  const took = duration(Date.parse(s.ended) - Date.parse(s.started))
  return s.failure ? t('job.failed-after', { time: took }) : t('job.done-in', { time: took })
}

function Sign({ subTask, runs }: { subTask: SubTaskView | undefined; runs: boolean }): ReactElement {
  if (subTask === undefined || (subTask.ended === null && !runs)) return <CircleRegular fontSize={22} />
  if (runs) return <SpinnerIosRegular fontSize={22} color="var(--colorBrandForeground1)" />
  return subTask.failure
    ? <DismissCircleRegular fontSize={22} color="var(--colorPaletteRedForeground1)" />
    : <CheckmarkCircleRegular fontSize={22} color="var(--colorPaletteGreenForeground1)" />
}

/** The umbrella error, then its cause with evidence and what to do. */
function ErrorDetails({ job }: { job: JobView }): ReactElement {
  const { t } = useTranslation()
  return (
    <Section title={t('job.error-details')}>
      {job.failure ? <FailureText failure={job.failure} /> : null}
      <h3>{t('job.cause')}</h3>
      <Diagnosis job={job.id} />
    </Section>
  )
}

function Facts({ job }: { job: string }): ReactElement {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <details className="card" onToggle={e => setOpen(e.currentTarget.open)}>
      <summary>{t('job.facts')}</summary>
      {open ? <FactsOfJob job={job} /> : null}
    </details>
  )
}

function Actions({ job, onChanged }: { job: JobView; onChanged: () => void }): ReactElement {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  const [told, setTold] = useState(false)
  const [error, setError] = useState<Error>()
  const retry = async () => {
    setError(undefined)
    try {
      navigate(`/jobs/${(await again(job)).job}`)
    } catch (e) {
      setError(e as Error)
    }
  }
  const over = job.state === 'failed' || job.state === 'cancelled'
  return (
    <>
      {job.state === 'running' ? <Button onClick={() => setAsking(true)}>{t('job.cancel')}</Button> : null}
      {over && (job.vmId && job.kind === 'backup' || job.kind === 'verify' || job.kind === 'gc') ? <Button appearance="primary" onClick={() => void retry()}>{t('job.retry')}</Button> : null}
      {over && job.kind === 'restore' && job.point ? <Button onClick={() => navigate(`/restore?point=${job.point}`)}>{t('vm.restore')}</Button> : null}
      <Confirm
        title={t('job.cancel-title')} action={t('job.cancel')} open={asking} onClose={() => setAsking(false)}
        onConfirm={async () => {
          await ask('cancelJob', { job: job.id })
          setTold(true)
          onChanged()
        }}
      >
        <p>{t('job.cancel-about')}</p>
      </Confirm>
      {told && job.state === 'running' ? <MessageBar className="bar"><MessageBarBody>{t('job.cancelling')}</MessageBarBody></MessageBar> : null}
      {error ? <ErrorBar error={error} /> : null}
    </>
  )
}

function again(job: JobView): Promise<{ job: string }> {
  switch (job.kind) {
    case 'verify': return ask('startVerify', {}, {})
    case 'gc': return ask('startGc', {}, {})
    default: return startBackup(job.vmId ?? job.vm)
  }
}
