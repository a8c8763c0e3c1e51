using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Engine.Tests.Restore;

[Trait("Needs", "tools")]
public sealed class PointServerTests : IDisposable
{
    private readonly RestoreWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task RunAsync_AllDisks_StockToolsReadThePointsBytes()
    {
        var socket = _world.Root + "/s";
        using var stop = new CancellationTokenSource();
        var listening = new TaskCompletionSource<IReadOnlyList<string>>();
        var run = PointServer.RunAsync(
            _world.Vault, _world.Vault.Point.ToString(), null, socket, listening.SetResult, null, TimeProvider.System, stop.Token);
        Assert.Equal(["vda", "vdb"], await listening.Task);
        await RestoreWorld.ToolAsync("nbdcopy", $"nbd+unix:///vda?socket={socket}", _world.Root + "/copy.raw");
        Assert.Equal(_world.Vda, File.ReadAllBytes(_world.Root + "/copy.raw"));
        var map = await RestoreWorld.ToolAsync("nbdinfo", "--map", $"nbd+unix:///vda?socket={socket}");
        Assert.Contains("65536      131072    3  hole,zero", map, StringComparison.Ordinal);
        await stop.CancelAsync();
        await run;
        Assert.False(File.Exists(socket));
    }

    [Fact]
    public async Task RunAsync_UnknownDisk_IsDiskNotInPoint()
    {
        var error = await Assert.ThrowsAsync<FailureException>(() => PointServer.RunAsync(
            _world.Vault, _world.Vault.Point.ToString(), ["vdx"], _world.Root + "/s", null, null, TimeProvider.System, default));
        Assert.Equal(FailureCode.DiskNotInPoint, error.Failure.Code);
    }
}
