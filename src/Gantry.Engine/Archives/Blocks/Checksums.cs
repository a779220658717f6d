namespace Gantry.Engine.Archives.Blocks;

/// <summary>
/// CRC-32 of two joined pieces from the CRC-32 of each: appending n bytes multiplies the first by x^(8n) modulo the
/// polynomial. Bit 31 is the coefficient of x^0, as in the reflected form zip uses.
/// </summary>
internal static class Checksums
{
    private const uint Polynomial = 0xEDB88320;
    private const uint One = 0x80000000;

    public static uint Join(uint first, uint second, long secondLength) => Multiply(PowerOfX(8 * (ulong)secondLength), first) ^ second;

    private static uint PowerOfX(ulong exponent)
    {
        var result = One;
        for (var square = One >> 1; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                result = Multiply(square, result);
            }

            square = Multiply(square, square);
        }

        return result;
    }

    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (var bit = One; bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0)
            {
                product ^= b;
            }

            b = (b & 1) != 0 ? (b >> 1) ^ Polynomial : b >> 1;
        }

        return product;
    }
}
