using Xunit;

namespace Stillpoint.Doctor.Tests;

public sealed class FindingTests
{
    [Theory]
    [InlineData("/srv/vault")]
    [InlineData("20.60.1.4:443")]
    [InlineData(@"HKLM\SOFTWARE")]
    public void With_AnOrdinaryValue_KeepsIt(string value) => Assert.Equal(value, Finding.Certain().With("path", value).Arguments["path"]);

    [Theory]
    [InlineData("/x;reboot")]
    [InlineData("$(reboot)")]
    [InlineData("`reboot`")]
    [InlineData("/x&&reboot")]
    [InlineData("/x|sh")]
    [InlineData("/x>/etc/passwd")]
    [InlineData("/x\nreboot")]
    [InlineData("'/x")]
    public void With_AValueThatAShellWouldActOn_LeavesItOut(string value) => Assert.Empty(Finding.Certain().With("path", value).Arguments);

    /// <summary>A log line that anybody in the guest can write does not get into the command that heals it.</summary>
    [Fact]
    public void Diagnosis_OfAHostileLine_NamesTheCauseWithoutTheValue()
    {
        var line = LineFact.Of(LogKind.Extension, "extension.log", 1, null, "Failed to open: /mnt;reboot with error Stale file handle");
        var cause = Assert.Single(Diagnostician.Default.Diagnose([line]).Causes);
        Assert.Equal("fs-mount-open-failed", cause.Id);
        Assert.False(cause.Arguments.ContainsKey("mount"));
    }
}
