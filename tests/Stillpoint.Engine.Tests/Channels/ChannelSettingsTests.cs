using Stillpoint.Engine.Channels;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Stillpoint.Waagent;
using Xunit;

namespace Stillpoint.Engine.Tests.Channels;

public sealed class ChannelSettingsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeDomain _domain = new(new());
    private readonly EnginePaths _paths;

    public ChannelSettingsTests() => _paths = new(_folder["data"], _folder["run"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Choice_OfAVm_IsReadByWhoeverComesNext()
    {
        var setup = new WaagentSetup("/sock", ["10.0.0.2", "10.0.0.3"], "/x/Stillpoint.VMSnapshot-1.0.zip");
        Assert.Null(new ChannelSettings(_paths).Find(_domain.Id));
        new ChannelSettings(_paths).Choose(_domain.Id, null);
        new ChannelSettings(_paths).Choose(_domain.Id, setup);
        var found = new ChannelSettings(_paths).Find(_domain.Id)!;
        Assert.Equal((setup.Socket, setup.Package), (found.Socket, found.Package));
        Assert.Equal(setup.Addresses, found.Addresses);
        new ChannelSettings(_paths).Choose(_domain.Id, null);
        Assert.Null(new ChannelSettings(_paths).Find(_domain.Id));
    }

    [Theory, InlineData("{"), InlineData("{}"), InlineData("""{"socket":"/s","addresses":null,"package":"p"}""")]
    public async Task Choice_ThatCannotBeRead_EndsTheJobAndIsNotGuessed(string content)
    {
        Directory.CreateDirectory(_folder["data", "channels"]);
        await File.WriteAllTextAsync(_folder["data", "channels", $"{_domain.Id}.json"], content);
        _domain.Channel = new NoChannel();
        var failed = await Assert.ThrowsAsync<FailureException>(() => GuestChannels.OpenAsync(_paths, _domain, ["vda"], TimeProvider.System, CancellationToken.None));
        Assert.Equal(FailureCode.DataFolderUnusable, failed.Failure.Code);
    }

    [Fact]
    public async Task Channel_OfAVm_IsTheOneThatWasChosen()
    {
        _domain.Channel = new NoChannel();
        Assert.Same(_domain.Channel, await GuestChannels.OpenAsync(_paths, _domain, ["vda"], TimeProvider.System, CancellationToken.None));
        new ChannelSettings(_paths).Choose(_domain.Id, new("/sock", ["10.0.0.2"], "/x/a-1.zip"));
        await using var channel = await GuestChannels.OpenAsync(_paths, _domain, ["vda"], TimeProvider.System, CancellationToken.None);
        Assert.IsType<WaagentChannel>(channel);
    }

    private sealed class NoChannel : IGuestChannel
    {
        public Task<FrozenResult<T>> WhileFrozenAsync<T>(FreezeRequest request, IFreezeWatch watch, Func<CancellationToken, Task<T>> begin, CancellationToken ct) => throw new NotSupportedException();

        public Task<FreezeCheck> CheckAsync(FreezeRequest request, CancellationToken ct) => throw new NotSupportedException();

        public Task<GuestLoad?> MeasureLoadAsync(TimeSpan over, CancellationToken ct) => throw new NotSupportedException();

        public Task<IReadOnlyList<ScriptRun>> FinishScriptsAsync(string token, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
