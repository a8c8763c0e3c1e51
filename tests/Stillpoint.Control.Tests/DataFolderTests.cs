using Xunit;

namespace Stillpoint.Control.Tests;

public sealed class DataFolderTests
{
    [Theory]
    [InlineData("/asked", "/env", true, "/asked")]
    [InlineData(null, "/env", true, "/env")]
    [InlineData(null, null, true, "/var/lib/stillpoint")]
    [InlineData(null, "", false, "/state/stillpoint")]
    public void Choose_ByOptionEnvironmentAndUser_TakesTheFirstThatIsGiven(string? asked, string? variable, bool root, string expected)
    {
        var folder = DataFolder.Choose(asked, name => name switch { "STILLPOINT_DATA" => variable, "XDG_STATE_HOME" => "/state", _ => null }, root);
        Assert.Equal(expected, folder.Path);
    }

    [Fact]
    public void Choose_UserWithoutXdg_IsBelowTheHome() =>
        Assert.Equal("/h/.local/state/stillpoint", DataFolder.Choose(null, name => name == "HOME" ? "/h" : null, root: false).Path);
}
