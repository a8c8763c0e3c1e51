import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import './style.css'
import { startTexts } from './texts'

await startTexts()
createRoot(document.getElementById('root')!).render(<App />)
