namespace Stillpoint.TestKit;

/// <summary>Waits for what another process does. The bound only ends a hang; a test must not depend on how long it takes.</summary>
public static class Eventually
{
    public static Task IsAsync(string what, Func<bool> condition) => IsAsync(what, () => Task.FromResult(condition()));

    public static async Task IsAsync(string what, Func<Task<bool>> condition)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        while (!await condition())
        {
            if (bound.IsCancellationRequested) throw new TimeoutException($"It never came true that {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
