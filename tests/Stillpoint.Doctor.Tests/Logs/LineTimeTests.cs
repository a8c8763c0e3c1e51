using System.Text;
using Stillpoint.Doctor.Logs;
using Xunit;

namespace Stillpoint.Doctor.Tests.Logs;

public sealed class LineTimeTests
{
    private static readonly DateTimeOffset Written = new(2026, 11, 21, 6, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-11-20T12:29:56.876128Z INFO Daemon Daemon Wire server endpoint:168.63.129.16", "2026-11-20T12:29:56.8761280Z")]
    [InlineData("2017/02/07 12:29:56.876128 INFO Azure Linux Agent Version:2.1.5", "2017-02-07T12:29:56.8761280Z")]
    [InlineData("2026-11-20 12:29:56,876 - ERROR - something", "2026-11-20T12:29:56.8760000Z")]
    [InlineData("2026-11-20 12:29:56.876+0100: 1234: error : qemuMonitor", "2026-11-20T11:29:56.8760000Z")]
    [InlineData("2026-11-20T12:29:56-05:30 host systemd[1]: Started", "2026-11-20T17:59:56.0000000Z")]
    [InlineData("Nov 20 12:29:56 web1 systemd[1]: Started", "2026-11-20T12:29:56.0000000Z")]
    [InlineData("Nov  2 02:09:06 web1 systemd[1]: Started", "2026-11-02T02:09:06.0000000Z")]
    [InlineData("Dec 31 23:59:59 web1 systemd[1]: of last year", "2025-12-31T23:59:59.0000000Z")]
    [InlineData("<34>Nov 20 12:29:56 web1 su: x", "2026-11-20T12:29:56.0000000Z")]
    [InlineData("<34>1 2026-11-20T12:29:56.003Z web1 su - ID47 - x", "2026-11-20T12:29:56.0030000Z")]
    [InlineData("Fri Nov 20 12:29:56 2026 up", "2026-11-20T12:29:56.0000000Z")]
    [InlineData("Fri 2026-11-20 12:29:56 UTC web1 systemd[1]: x", "2026-11-20T12:29:56.0000000Z")]
    [InlineData("[2026-11-20 12:29:56] [INFO] x", "2026-11-20T12:29:56.0000000Z")]
    [InlineData("[00000010] [11/20/2026 12:29:56.87] [INFO] Heartbeat", "2026-11-20T12:29:56.8700000Z")]
    [InlineData("11/20/2026 1:02:03 PM Information VSS 8224", "2026-11-20T13:02:03.0000000Z")]
    [InlineData("11/20/2026 12:02:03 AM Information VSS 8224", "2026-11-20T00:02:03.0000000Z")]
    [InlineData("type=AVC msg=audit(1763641796.123:45): avc: denied { read } for pid=1", "2025-11-20T12:29:56.1230000Z")]
    [InlineData("101: 2026-11-20 02:00:01 INFO: Starting Backup of VM 101 (qemu)", "2026-11-20T02:00:01.0000000Z")]
    public void Of_EveryLayoutMet_IsTheInstant(string line, string expected) => Assert.Equal(
        DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), LineTime.Of(Encoding.UTF8.GetBytes(line), Written));

    [Theory]
    [InlineData("Traceback (most recent call last):")]
    [InlineData("  File \"/usr/sbin/waagent\", line 12, in main")]
    [InlineData("2026-13-40T99:99:99Z nonsense of a date")]
    [InlineData("1234567890123456789012345678901234567890")]
    [InlineData("Mayor of the town has been seen at 12:29")]
    [InlineData("[")]
    [InlineData("")]
    public void Of_WhatIsNoTime_IsNone(string line) => Assert.Null(LineTime.Of(Encoding.UTF8.GetBytes(line), Written));

    [Theory, InlineData(11), InlineData(12)]
    public void Of_AnyBytes_NeverThrows(int seed)
    {
        var random = new Random(seed);
        string[] pieces = ["2026", "-", "11/", "20", "T", " ", "12:29:56", ".", "+01", ":", "Nov", "[", "]", "<3>", "audit(", "type=", "\u00ff", "PM"];
        for (var i = 0; i < 20_000; i++)
        {
            var line = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => pieces[random.Next(pieces.Length)]));
            _ = LineTime.Of(Encoding.UTF8.GetBytes(line), Written);
            _ = LineTime.Of(Encoding.Latin1.GetBytes(line), null);
        }
    }
}
