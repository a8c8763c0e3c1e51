using Stillpoint.Control.Tests.Scheduling;

// Also the process that KilledSchedulerTests kills.
return args is [SchedulerChild.Word, ..] ? await SchedulerChild.RunAsync(args) : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
