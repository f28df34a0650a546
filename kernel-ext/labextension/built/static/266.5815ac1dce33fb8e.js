"use strict";(self.rspackChunkeosin=self.rspackChunkeosin||[]).push([[266],{646(e,n,r){var t=r(601),o=r.n(t),i=r(314),a=(r.n(i))()(o());a.push([e.id,`/* Only JupyterLab's own variables: so it fits every theme. */

.eosin-ExerciseBar {
  /* In line with the code, which stands behind the prompt. */
  padding-left: calc(var(--jp-cell-prompt-width) + var(--jp-cell-collapser-width));
}

.eosin-ExerciseBar-row {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px;
  padding: 4px 0;
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
}

.eosin-Mark {
  display: inline-flex;
  align-items: center;
  gap: 4px;
}

.eosin-ExerciseBar-row .eosin-Mark {
  margin: 0 8px;
}

/* The sign alone has a colour; words keep the one that the theme gives them. */
.eosin-Mark-sign {
  width: 1.2em;
  font-weight: bold;
  text-align: center;
}

.eosin-mod-solved .eosin-Mark-sign {
  color: var(--jp-success-color1);
}

.eosin-mod-tried .eosin-Mark-sign {
  color: var(--jp-error-color1);
}

.eosin-mod-replaced {
  display: none;
}

.eosin-ExercisePanel {
  overflow-y: auto;
  padding: 8px 12px;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
}

.eosin-ExercisePanel h2 {
  margin: 0;
  font-size: var(--jp-ui-font-size2);
}

.eosin-ExercisePanel progress {
  width: 100%;
  accent-color: var(--jp-brand-color1);
}

.eosin-ExercisePanel ol {
  margin: 8px -12px;
  padding: 0;
  list-style: none;
}

.eosin-ExercisePanel li button {
  display: flex;
  gap: 4px;
  width: 100%;
  padding: 6px 12px;
  border: none;
  background: none;
  color: inherit;
  font: inherit;
  text-align: left;
  cursor: pointer;
}

.eosin-ExercisePanel li button:hover,
.eosin-ExercisePanel li button[aria-current] {
  background: var(--jp-layout-color2);
}

.eosin-ExercisePanel li button:focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: -2px;
}

/* In the list the sign is enough for the eye; a screen reader reads the words. */
.eosin-ExercisePanel .eosin-Mark-words {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
`,""]),r.d(n,{},{A:a})},314(e){e.exports=function(e){var n=[];return n.toString=function(){return this.map(function(n){var r="",t=void 0!==n[5];return n[4]&&(r+="@supports (".concat(n[4],") {")),n[2]&&(r+="@media ".concat(n[2]," {")),t&&(r+="@layer".concat(n[5].length>0?" ".concat(n[5]):""," {")),r+=e(n),t&&(r+="}"),n[2]&&(r+="}"),n[4]&&(r+="}"),r}).join("")},n.i=function(e,r,t,o,i){"string"==typeof e&&(e=[[null,e,void 0]]);var a={};if(t)for(var s=0;s<this.length;s++){var c=this[s][0];null!=c&&(a[c]=!0)}for(var l=0;l<e.length;l++){var p=[].concat(e[l]);t&&a[p[0]]||(void 0!==i&&(void 0===p[5]||(p[1]="@layer".concat(p[5].length>0?" ".concat(p[5]):""," {").concat(p[1],"}")),p[5]=i),r&&(p[2]&&(p[1]="@media ".concat(p[2]," {").concat(p[1],"}")),p[2]=r),o&&(p[4]?(p[1]="@supports (".concat(p[4],") {").concat(p[1],"}"),p[4]=o):p[4]="".concat(o)),n.push(p))}},n}},601(e){e.exports=function(e){return e[1]}},665(e,n,r){r.r(n);var t=r(72),o=r.n(t),i=r(825),a=r.n(i),s=r(659),c=r.n(s),l=r(56),p=r.n(l),u=r(540),d=r.n(u),f=r(113),h=r.n(f),v=r(646),m={};m.styleTagTransform=h(),m.setAttributes=p(),m.insert=c().bind(null,"head"),m.domAPI=a(),m.insertStyleElement=d(),o()(v.A,m);let g=v.A&&v.A.locals?v.A.locals:void 0;r.d(n,{},{default:g})},72(e){var n=[];function r(e){for(var r=-1,t=0;t<n.length;t++)if(n[t].identifier===e){r=t;break}return r}function t(e,t){for(var o={},i=[],a=0;a<e.length;a++){var s=e[a],c=t.base?s[0]+t.base:s[0],l=o[c]||0,p="".concat(c," ").concat(l);o[c]=l+1;var u=r(p),d={css:s[1],media:s[2],sourceMap:s[3],supports:s[4],layer:s[5]};if(-1!==u)n[u].references++,n[u].updater(d);else{var f=function(e,n){var r=n.domAPI(n);return r.update(e),function(n){n?(n.css!==e.css||n.media!==e.media||n.sourceMap!==e.sourceMap||n.supports!==e.supports||n.layer!==e.layer)&&r.update(e=n):r.remove()}}(d,t);t.byIndex=a,n.splice(a,0,{identifier:p,updater:f,references:1})}i.push(p)}return i}e.exports=function(e,o){var i=t(e=e||[],o=o||{});return function(e){e=e||[];for(var a=0;a<i.length;a++){var s=r(i[a]);n[s].references--}for(var c=t(e,o),l=0;l<i.length;l++){var p=r(i[l]);0===n[p].references&&(n[p].updater(),n.splice(p,1))}i=c}}},659(e){var n={};e.exports=function(e,r){var t=function(e){if(void 0===n[e]){var r=document.querySelector(e);if(window.HTMLIFrameElement&&r instanceof window.HTMLIFrameElement)try{r=r.contentDocument.head}catch(e){r=null}n[e]=r}return n[e]}(e);if(!t)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");t.appendChild(r)}},540(e){e.exports=function(e){var n=document.createElement("style");return e.setAttributes(n,e.attributes),e.insert(n,e.options),n}},56(e,n,r){e.exports=function(e){var n=r.nc;n&&e.setAttribute("nonce",n)}},825(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var n=e.insertStyleElement(e);return{update:function(r){var t,o,i;t="",r.supports&&(t+="@supports (".concat(r.supports,") {")),r.media&&(t+="@media ".concat(r.media," {")),(o=void 0!==r.layer)&&(t+="@layer".concat(r.layer.length>0?" ".concat(r.layer):""," {")),t+=r.css,o&&(t+="}"),r.media&&(t+="}"),r.supports&&(t+="}"),(i=r.sourceMap)&&"u">typeof btoa&&(t+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(i))))," */")),e.styleTagTransform(t,n,e.options)},remove:function(){var e;null===(e=n).parentNode||e.parentNode.removeChild(e)}}}},113(e){e.exports=function(e,n){if(n.styleSheet)n.styleSheet.cssText=e;else{for(;n.firstChild;)n.removeChild(n.firstChild);n.appendChild(document.createTextNode(e))}}}}]);