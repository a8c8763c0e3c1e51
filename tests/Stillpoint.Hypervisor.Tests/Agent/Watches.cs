using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Tests.Agent;

/// <summary>Writes down what it is told, between what the test writes down itself.</summary>
internal sealed class RecordingWatch : IFreezeWatch
{
    public List<string> Calls { get; } = [];

    public Task FreezeOpeningAsync(CancellationToken ct)
    {
        Calls.Add("opening");
        return Task.CompletedTask;
    }

    public Task FreezeClosedAsync()
    {
        Calls.Add("closed");
        return Task.CompletedTask;
    }

    public Task ScriptsOpeningAsync(DateTimeOffset until, CancellationToken ct)
    {
        Calls.Add("scripts-opening");
        return Task.CompletedTask;
    }

    public Task ScriptsClosedAsync()
    {
        Calls.Add("scripts-closed");
        return Task.CompletedTask;
    }
}

/// <summary>Lets a test wait for the confirmed thaw.</summary>
internal sealed class ThawedWatch : IFreezeWatch
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Closed => _closed.Task;

    public Task FreezeOpeningAsync(CancellationToken ct) => Task.CompletedTask;

    public Task FreezeClosedAsync()
    {
        _closed.SetResult();
        return Task.CompletedTask;
    }

    public Task ScriptsOpeningAsync(DateTimeOffset until, CancellationToken ct) => Task.CompletedTask;

    public Task ScriptsClosedAsync() => Task.CompletedTask;
}
