using System.Text;
using System.Text.Json;

namespace Stillpoint.Hypervisor.Agent;

/// <summary>Runs a command in the guest to its end, within a bound.</summary>
internal sealed class GuestExec(IAgentTransport transport, TimeProvider clock, QgaTimes times)
{
    /// <returns>The exit code and the output; null when it had not ended within <paramref name="bound"/> (it goes on in the guest).</returns>
    public async Task<(int Exit, string Output)?> RunAsync(string path, IReadOnlyList<string> arguments, TimeSpan bound, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var reply = await transport.SendAsync(AgentCommand.Exec(path, arguments), times.Answer, ct).ConfigureAwait(false);
        var status = AgentCommand.ExecStatus(AgentCommand.Read(reply, r => r.GetProperty("pid").GetInt64()));
        while (true)
        {
            var answer = await transport.SendAsync(status, times.Answer, ct).ConfigureAwait(false);
            if (AgentCommand.Read(answer, Ended) is { } ended) return ended;
            if (clock.GetElapsedTime(started) >= bound) return null;
            await Task.Delay(times.Poll, clock, ct).ConfigureAwait(false);
        }
    }

    private static (int Exit, string Output)? Ended(JsonElement state) =>
        state.GetProperty("exited").GetBoolean() ? (Exit(state), Output(state)) : null;

    private static int Exit(JsonElement state) => state.TryGetProperty("exitcode", out var code) ? code.GetInt32() : -1;

    private static string Output(JsonElement state) =>
        state.TryGetProperty("out-data", out var data) ? Encoding.UTF8.GetString(data.GetBytesFromBase64()) : "";
}
