using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Stillpoint.Fabric.Hosting;
using Stillpoint.Fabric.Tests.Agent;
using Stillpoint.Fabric.Tests.Goals;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Fabric.Tests.Hosting;

/// <summary>What the socket takes and refuses, by the typed client.</summary>
public sealed class CommandSideTests : IAsyncLifetime
{
    private FabricUnderTest _service = null!;

    public async ValueTask InitializeAsync() => _service = await FabricUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Goal_AfterARestart_IsServedAsBefore()
    {
        var told = await _service.Client.PutGoalAsync(Samples.Vm, Request(), CancellationToken.None);
        using var guest = _service.Guest(100);
        var before = await ConfigAsync(guest);
        await _service.StartAgainAsync();
        using var later = _service.Guest(100);
        Assert.Equal(before, await ConfigAsync(later));
        var view = await _service.Client.GetAsync(CancellationToken.None);
        Assert.Equal(JsonSerializer.Serialize(told), JsonSerializer.Serialize(Assert.Single(view.Vms)));
        Assert.Equal(JsonSerializer.Serialize(told), JsonSerializer.Serialize(await _service.Client.PutGoalAsync(Samples.Vm, Request(), CancellationToken.None)));
    }

    [Fact]
    public async Task Vm_Forgotten_IsAStranger()
    {
        await _service.Client.PutGoalAsync(Samples.Vm, Request(), CancellationToken.None);
        await _service.Client.ForgetVmAsync(Samples.Vm, CancellationToken.None);
        using var guest = _service.Guest(100);
        Assert.Equal(HttpStatusCode.NotFound, (await guest.GetAsync(_service.Wire + "/machine/?comp=goalstate")).StatusCode);
        await FailsAsync(FailureCode.VmNotFound, () => _service.Client.GetVmAsync(Samples.Vm, CancellationToken.None));
        Assert.Empty(Directory.GetFiles(_service.Folder["state", "vms"]));
    }

    [Fact]
    public async Task Goal_WithAVersionThatIsNotPublished_IsRefusedUnlessItIsToGo()
    {
        var unpublished = Samples.Request(address: _service.Address(100), name: TestHandler.Name, version: "1.0.1");
        var failure = await FailsAsync(FailureCode.RequestInvalid, () => _service.Client.PutGoalAsync(Samples.Vm, unpublished, CancellationToken.None));
        Assert.Equal("a published one: 1.0.0", failure.Arguments["expected"]);
        var gone = unpublished with { Extension = unpublished.Extension with { State = ExtensionState.Uninstall } };
        Assert.Equal(ExtensionState.Uninstall, (await _service.Client.PutGoalAsync(Samples.Vm, gone, CancellationToken.None)).State);
    }

    [Fact]
    public async Task Package_OncePublished_NeverChanges()
    {
        await _service.Client.PublishAsync(TestHandler.Name, "1.0.0", TestHandler.Package(), CancellationToken.None);
        await FailsAsync(FailureCode.RequestInvalid, () => _service.Client.PublishAsync(TestHandler.Name, "1.0.0", Zip(("HandlerManifest.json", Manifest)), CancellationToken.None));
        Assert.Equal(TestHandler.Package().Length, new FileInfo(_service.Folder["state", "packages", TestHandler.Name, "1.0.0.zip"]).Length);
        Assert.EndsWith("/1.0.0.zip", Assert.Single(Directory.GetFiles(_service.Folder["state", "packages"], "*", SearchOption.AllDirectories)), StringComparison.Ordinal);
    }

    private const string Manifest = """[{"handlerManifest":{"installCommand":"a","enableCommand":"a","disableCommand":"a","updateCommand":"a","uninstallCommand":"a"}}]""";

    public static TheoryData<string, byte[]> Unfit => new()
    {
        { "no zip", "hello"u8.ToArray() },
        { "empty", Zip().ToArray() },
        { "no manifest", Zip(("bin/x", "x")).ToArray() },
        { "no JSON", Zip(("HandlerManifest.json", "{")).ToArray() },
        { "no list", Zip(("HandlerManifest.json", "{}")).ToArray() },
        { "no commands", Zip(("HandlerManifest.json", """[{"handlerManifest":{"installCommand":"a"}}]""")).ToArray() },
    };

    [Theory]
    [MemberData(nameof(Unfit), DisableDiscoveryEnumeration = true)]
    public async Task Package_ThatAnAgentWouldRefuse_IsRefusedBefore(string what, byte[] content)
    {
        Assert.NotEmpty(what);
        await FailsAsync(FailureCode.RequestInvalid, () => _service.Client.PublishAsync("Stillpoint.Bad", "1.0.0", new MemoryStream(content), CancellationToken.None));
        Assert.False(Directory.Exists(_service.Folder["state", "packages", "Stillpoint.Bad"]));
    }

    [Theory]
    [InlineData("..", "1.0.0")]
    [InlineData("A-B", "1.0.0")]
    [InlineData("A", "1.0.0-x")]
    public async Task Package_WithANameThatIsNone_IsRefused(string name, string version) =>
        await Assert.ThrowsAnyAsync<Exception>(() => _service.Client.PublishAsync(name, version, Zip(("HandlerManifest.json", Manifest)), CancellationToken.None));

    [Theory]
    [InlineData("{")]
    [InlineData("{\"name\":\"a\"}")]
    [InlineData("{\"name\":\"a\",\"addresses\":[],\"extension\":null}")]
    [InlineData("{\"name\":\"a\",\"addresses\":[],\"extension\":{\"name\":\"a\",\"version\":\"1.0\",\"state\":\"enabled?\"}}")]
    [InlineData("{\"name\":\"a\",\"addresses\":[],\"extension\":{\"name\":\"a\",\"version\":\"1.0\",\"state\":\"Enabled\"},\"unknown\":1}")]
    public async Task Command_OfAnotherShape_IsRefusedAsSuch(string body)
    {
        using var raw = SocketClient.Open(_service.Folder["sock"]);
        using var answer = await raw.PutAsync($"/vms/{Samples.Vm}", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task Socket_ForCommands_IsItsUsersAlone()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_service.Folder["sock"]));
        using var raw = SocketClient.Open(_service.Folder["sock"]);
        Assert.Equal(HttpStatusCode.NotFound, (await raw.GetAsync("/machine/?comp=goalstate")).StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--state /s --socket /r/s")]
    [InlineData("--state s --socket /r/s --listen 127.0.0.1")]
    [InlineData("--state /s --socket /r/s --listen ::1")]
    [InlineData("--state /s --socket /r/s --listen 127.0.0.1 --more")]
    public void Options_ThatDoNotFit_AreRefused(string args) =>
        Assert.Equal(FailureCode.UsageArgumentUnwanted, Assert.Throws<FailureException>(() => FabricOptions.Parse(args.Split(' '))).Failure.Code);

    [Fact]
    public void Options_ThatFit_AreTaken()
    {
        var options = FabricOptions.Parse("--state /s --socket /r/s --listen 168.63.129.16 --listen 169.254.169.254".Split(' '));
        Assert.Equal(("/s", "/r/s", 80, 32526), (options.State, options.Socket, options.WirePort, options.PluginPort));
        Assert.Equal(["168.63.129.16", "169.254.169.254"], options.Listen.Select(a => a.ToString()));
    }

    private static async Task<Failure> FailsAsync(FailureCode code, Func<Task> call)
    {
        var failure = (await Assert.ThrowsAsync<FailureException>(call)).Failure;
        Assert.Equal(code, failure.Code);
        return failure;
    }

    private static MemoryStream Zip(params (string Name, string Text)[] entries)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        stream.Position = 0;
        return stream;
    }

    private Task<string> ConfigAsync(HttpClient guest) => guest.GetStringAsync(_service.Wire + "/machine/config?comp=config&type=extensionsConfig");

    private GoalRequest Request() => Samples.Request(address: _service.Address(100), name: TestHandler.Name, version: "1.0.0");
}
