using Stillpoint.Engine.Capture;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Engine.Tests.Capture;

[Trait("Needs", Needs.Tools)]
public sealed class QemuUserTests : IDisposable
{
    private static readonly QemuUser Nobody = new(65534, 65534);
    private readonly TempFolder _folder = new("/var/tmp");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a")]
    [InlineData("a/b")]
    public async Task Reaches_FolderThatIsClosedSomewhere_NamesWhere(string closed)
    {
        Needs.Root();
        Needs.Programs("setpriv", "test");
        Directory.CreateDirectory(_folder["a", "b", "run"]);
        Assert.Null(await Nobody.ReachesAsync(_folder["a", "b", "run"], TimeProvider.System, CancellationToken.None));

        File.SetUnixFileMode(_folder[closed], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var failure = await Nobody.ReachesAsync(_folder["a", "b", "run"], TimeProvider.System, CancellationToken.None);
        Assert.Equal((FailureCode.ScratchUnusable, _folder[closed]), (failure!.Code, failure.Arguments["path"]));
        Assert.Null(await new QemuUser(0, 0).ReachesAsync(_folder["a", "b", "run"], TimeProvider.System, CancellationToken.None));
    }
}
