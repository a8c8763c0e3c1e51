using System.Globalization;
using System.Runtime.InteropServices;

namespace Stillpoint.Hypervisor.Interop;

internal static unsafe class TypedParameters
{
    private const int Text = 7;
    private const int FourBytes = 2;

    /// <summary>Numbers as invariant text, so that one map serves all types. Doubles and flags are not needed and come as their bits.</summary>
    public static Dictionary<string, string> Read(TypedParameterLayout* parameters, int count)
    {
        var map = new Dictionary<string, string>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var p = &parameters[i];
            var value = p->Type switch
            {
                Text => Marshal.PtrToStringUTF8(p->Text) ?? "",
                <= FourBytes => p->Int.ToString(CultureInfo.InvariantCulture),
                _ => p->Long.ToString(CultureInfo.InvariantCulture),
            };
            map[Marshal.PtrToStringUTF8((nint)p->Field) ?? ""] = value;
        }
        return map;
    }
}
