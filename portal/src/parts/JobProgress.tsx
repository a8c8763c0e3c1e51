import { ProgressBar } from '@fluentui/react-components'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useProgress } from '../api/live'
import { word } from '../texts'
import { percent, size } from './format'

/** What a running job tells of itself; before its first word only that it runs. */
export function JobProgress({ job, subTask }: { job: string; subTask?: string }): ReactElement | null {
  const { t } = useTranslation()
  const told = useProgress(job)
  if (told && subTask && told.subTask !== subTask) return null
  const name = told ? word('sub-task', told.subTask) : t('job.progress')
  if (!told || told.total <= 0) return <div className="progress"><ProgressBar aria-label={name} /></div>
  const share = Math.min(1, told.done / told.total)
  return (
    <div className="progress">
      <ProgressBar aria-label={name} value={share} />
      <span className="quiet">
        {subTask ? null : `${name}: `}
        {t('job.progress-of', { share: percent(share), done: size(told.done), total: size(told.total) })}
        {told.rate > 0 ? ` · ${t('job.rate', { rate: size(told.rate) })}` : ''}
        {told.stored > 0 ? ` · ${t('job.stored-so-far', { size: size(told.stored) })}` : ''}
      </span>
    </div>
  )
}
