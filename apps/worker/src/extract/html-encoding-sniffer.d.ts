declare module 'html-encoding-sniffer' {
  /** The WHATWG name of a document's encoding; null only where the default is null. */
  export default function sniffEncoding(
    bytes: Uint8Array,
    options?: {
      xml?: boolean;
      transportLayerEncodingLabel?: string | undefined;
      defaultEncoding?: string;
      maxPrescanBytes?: number;
    },
  ): string;
}
