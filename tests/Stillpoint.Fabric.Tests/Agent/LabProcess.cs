using System.Diagnostics;
using Stillpoint.TestKit;

namespace Stillpoint.Fabric.Tests.Agent;

/// <summary>One side of the lab (see the script `lab`): it does as it is told by lines, and ends when its input closes, so also when this process is killed.</summary>
internal sealed class LabProcess : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);
    private readonly Process _process;
    private readonly Task<string> _errors;

    private LabProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Of a process in its network.</summary>
    public int Pid => _process.Id;

    public static async Task<LabProcess> StartAsync(params string[] arguments)
    {
        var info = new ProcessStartInfo(Repository.PathOf("tests", "Stillpoint.Fabric.Tests", "Agent", "lab"), arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var lab = new LabProcess(Process.Start(info)!);
        await lab.DoneAsync();
        return lab;
    }

    public async Task TellAsync(string verb)
    {
        await _process.StandardInput.WriteLineAsync(verb);
        await _process.StandardInput.FlushAsync();
        await DoneAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var bound = new CancellationTokenSource(Bound);
        await _process.WaitForExitAsync(bound.Token);
        _process.Dispose();
    }

    private async Task DoneAsync()
    {
        using var bound = new CancellationTokenSource(Bound);
        if (await _process.StandardOutput.ReadLineAsync(bound.Token) == "done") return;
        _process.StandardInput.Close();
        throw new InvalidOperationException($"the lab did not do it: {await _errors}");
    }
}
